"""What the double does with a statement: pass a text on, or say OK itself. (A refusal is raised.)"""

from dataclasses import dataclass, field


@dataclass
class Forward:
    text: str
    database: str = None  # the session's database when it succeeds


@dataclass
class Answer:
    """An OK packet, with warnings that SHOW WARNINGS then has: (level, number, message)."""

    warnings: list = field(default_factory=list)


@dataclass
class Configure:
    """OK after these statements of the double's own went through."""

    texts: list
