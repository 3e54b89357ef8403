"""Who may use the console of a configured node, for the commands that say it."""

from pathlib import Path
from typing import TYPE_CHECKING

from dicom_node.act_records import name_commander
from domain.audit_templates import user_changed

if TYPE_CHECKING:
    from dicom_node.access_ports import AccessBook
    from dicom_node.audit_ports import AuditTrail
    from dicom_node.ports import Clock


class CommandedAccess:
    """Users and tokens; what is changed goes to the audit trail, under the name of whoever gave the command."""

    def __init__(self, book: "AccessBook", trail: "AuditTrail", clock: "Clock") -> None:
        self.book, self.clock, self._trail = book, clock, trail

    def note(self, whom: str, what: str, *, roles: bool = False) -> None:
        """Record a change of a user or of a token."""
        self._trail.record(user_changed(name_commander(), whom, what, roles=roles))


def open_configured_access(config: Path | None, *, may_create: bool = False) -> CommandedAccess:
    """Open the ledger that a configuration names; a node may be running on it.

    Args:
        may_create: make the ledger where no node has run yet.

    Raises:
        ConfigError: the configuration has problems.
        LedgerError: no node has used that data folder.
    """
    from config.load import load_settings
    from dicom_node.openings import open_access

    opened = open_access(load_settings(config), may_create=may_create)
    return CommandedAccess(opened.book, opened.trail, opened.clock)
