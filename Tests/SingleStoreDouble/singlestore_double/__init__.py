"""A SingleStore for tests: a proxy in front of MariaDB that answers and refuses as SingleStore's documentation says."""
