"""What the double refuses, with SingleStore's numbers and texts."""


class Refusal(Exception):
    """An error packet instead of the statement; the transaction stays as it was, as with every refused statement."""

    def __init__(self, number, message, state="HY000"):
        super().__init__(message)
        self.number = number
        self.message = message
        self.state = state


def feature(what, by="SingleStore"):
    """Number 1706, the one that all "Feature ... is not supported" answers have."""
    return Refusal(1706, f"Feature '{what}' is not supported by {by}.")


def not_modelled(what):
    """For what SingleStore may know and the double does not: never passed on, so that nothing is tested by accident."""
    return Refusal(1706, f"Feature '{what}' is not modelled by this double of SingleStore.")


def syntax(near):
    """What the grammar of SingleStore's documentation does not have."""
    return Refusal(
        1064,
        "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the "
        f"right syntax to use near '{near[:80]}' at line 1",
        "42000",
    )
