"""A session without servers: tables are known by the text that MariaDB would show for them."""

import asyncio

from singlestore_double import reading, rules, statement
from singlestore_double.errors import Refusal
from singlestore_double.outcome import Forward
from singlestore_double.switches import Switches


class FakeContext:
    def __init__(self, **switches):
        self.switches = Switches(switches)
        self.global_switches = Switches()
        self.database = "d"
        self.warnings = []
        self.prepared_statements = 0
        self.known = {}

    @property
    def collation(self):
        return f"utf8mb4_{self.switches['collation']}"

    @property
    def foreign_keys_ignored(self):
        return self.global_switches.is_on("ignore_foreign_keys")

    async def table(self, _database, name):
        return self.known.get(name)

    def set_switch(self, name, value, scope):
        (self.global_switches if scope == "global" else self.switches).set(name, value)

    def lock_wait_statements(self):
        return [f"SET wait {self.switches['lock_wait_timeout']}"]

    def create(self, sql):
        """Takes the table into the catalogue, as it comes back from MariaDB."""
        text = self.passed(sql)
        head, _, comment = text.rpartition(" COMMENT=")
        table = reading.read_mariadb(f"{head} COMMENT={comment}".replace("CREATE TABLE IF NOT EXISTS", "CREATE TABLE"))
        self.known[table.name] = table
        return table

    def outcome(self, sql):
        return asyncio.run(rules.understand(statement.split(sql)[0], self))

    def passed(self, sql):
        """The text for MariaDB."""
        outcome = self.outcome(sql)
        assert isinstance(outcome, Forward), outcome
        return outcome.text

    def refusal(self, sql):
        """(number, message), or None where it is not refused."""
        try:
            self.outcome(sql)
        except Refusal as refusal:
            return refusal.number, refusal.message
        return None


SESSIONS = "CREATE TABLE s (id VARCHAR(128) NOT NULL, n BIGINT, j JSON, t TEXT, PRIMARY KEY (id), SHARD KEY (id), KEY kn (n))"
RUNS = (
    "CREATE TABLE r (run_id VARCHAR(128), session_id VARCHAR(128), data JSON NOT NULL, at BIGINT NOT NULL DEFAULT 0, "
    "PRIMARY KEY (run_id, session_id), SHARD KEY (session_id), KEY (at))"
)
ROWSTORE = "CREATE ROWSTORE TABLE w (id VARCHAR(128), kind VARCHAR(20), n INT, PRIMARY KEY (id), SHARD KEY (id))"


def context(**switches):
    made = FakeContext(**switches)
    for sql in (SESSIONS, RUNS, ROWSTORE):
        made.create(sql)
    return made
