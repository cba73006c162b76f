"""How long an address has to wait that fails again and again, at any door.

Decides how many failures are free and how fast the waiting grows; a whole office may share an address. Where failures
are written down, and what an address has to wait for, is the business of each door.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, func, select

COUNTED_FOR = timedelta(minutes=15)
FREE_OF_ADDRESS = 10
"""Failures of one address within `COUNTED_FOR` before it is slowed."""

KEPT = timedelta(days=1)
"""How long a failure is kept; each door sweeps its own."""

_SLOWEST = 60


def wait_of(connection: Connection, failures: Table, address: str, now: datetime) -> int:
    """The seconds that the address has to wait from now on, by its failures in that table; 0 when it need not."""
    recent = (failures.c.address == address) & (failures.c.at > now - COUNTED_FOR)
    count, last = connection.execute(select(func.count(), func.max(failures.c.at)).where(recent)).one()
    if count < FREE_OF_ADDRESS:
        return 0
    wait = timedelta(seconds=min(_SLOWEST, 2 ** min(count - FREE_OF_ADDRESS, 10)))
    return int((last + wait - now).total_seconds()) + 1 if now < last + wait else 0
