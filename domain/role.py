"""What a person, or a program, may do at the console."""

from enum import StrEnum


class Role(StrEnum):
    """A role may do what those before it may."""

    VIEWER = "viewer"  # looks
    OPERATOR = "operator"  # acts on studies: retry, hold, release, read again, retract
    ADMINISTRATOR = "administrator"  # sees configuration and audit

    def may(self, needed: "Role") -> bool:
        """Return whether what needs a role is allowed to this one."""
        order = tuple(Role)
        return order.index(self) >= order.index(needed)
