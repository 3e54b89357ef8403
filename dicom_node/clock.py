"""The clock of the machine."""

from datetime import UTC, datetime


class SystemClock:
    """Time as the operating system tells it; implements ports.Clock."""

    def now(self) -> datetime:
        """Return the present time, aware, in UTC."""
        return datetime.now(UTC)
