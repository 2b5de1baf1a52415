"""What can be chosen: per double on the command line, for all later sessions by SET GLOBAL, per session by SET."""

from .errors import Refusal

_ON = {"on", "1", "true", "yes"}
_OFF = {"off", "0", "false", "no"}

# name -> (default, allowed values or None for any text, what it does)
ALL = {
    "table_type": ("columnstore", ("columnstore", "rowstore"), "what CREATE TABLE without a word makes"),
    "strict": ("on", ("on", "off"), "refuse what the documentation leaves open, and ignorable syntax"),
    "lenient": ("off", ("on", "off"), "as no SingleStore: let Agno's own steps change keys in place, for comparison"),
    "ignore_foreign_keys": ("off", ("on", "off"), "accept and forget FOREIGN KEY; as in SingleStore, global only"),
    "audit": ("off", ("on", "off"), "refuse prepared statements of the binary protocol"),
    "shared_tier": ("off", ("on", "off"), "refuse ROWSTORE and GLOBAL TEMPORARY"),
    "memsql_version": ("8.7.10", None, "the answer to @@memsql_version"),
    "collation": ("general_ci", ("general_ci", "bin"), "utf8mb4 collation of new tables and of literals"),
    "shard_index_name": ("PRIMARY", ("PRIMARY", "__SHARDKEY"), "INDEX_NAME of the shard key in STATISTICS"),
    "primary_key_spelling": ("unique", ("unique", "primary"), "UNIQUE KEY `PRIMARY` or PRIMARY KEY in SHOW CREATE TABLE"),
    "json_spelling": ("collate", ("collate", "plain"), "`j` JSON COLLATE utf8mb4_bin or `j` JSON in SHOW CREATE TABLE"),
    "column_collations": ("shown", ("shown", "hidden"), "CHARACTER_SET_NAME and COLLATION_NAME in COLUMNS"),
    "invalid_json": ("error", ("error", "null"), "what becomes of invalid text in a JSON column that may be null"),
    "lock_wait_timeout": ("60", None, "seconds that a statement waits for a lock"),
}

GLOBAL_ONLY = {"ignore_foreign_keys"}


class Switches:
    """A set of values; a session's falls back on the double's."""

    def __init__(self, values=None):
        self._values = {name: default for name, (default, _, _) in ALL.items()}
        for name, value in (values or {}).items():
            self.set(name, value)

    def copy(self):
        return Switches(self._values)

    def items(self):
        return self._values.items()

    def __getitem__(self, name):
        return self._values[name]

    def is_on(self, name):
        return self._values[name] == "on"

    def set(self, name, value):
        if name not in ALL:
            raise Refusal(1193, f"Unknown system variable 'singlestore_double_{name}'")
        allowed = ALL[name][1]
        if allowed is not None:
            folded = value.lower()
            if allowed == ("on", "off"):
                folded = "on" if folded in _ON else "off" if folded in _OFF else folded
            value = next((one for one in allowed if one.lower() == folded), None)
            if value is None:
                raise Refusal(1231, f"Variable 'singlestore_double_{name}' is one of {', '.join(allowed)}", "42000")
        elif name == "lock_wait_timeout" and not (value.isdigit() and int(value) > 0):
            raise Refusal(1231, f"Variable 'lock_wait_timeout' can't be set to the value of '{value}'", "42000")
        self._values[name] = value
