"""Ports of a test run's own: no other run on this machine takes them, and the kernel gives them to nobody.

The kernel's own choice begins at 32768, so a port that was free a moment ago may be some connection's the next; what a
test wants to listen on later, or again, comes from below. A block is spoken for by a name among Linux's abstract
sockets, which is gone with the process.
"""

import socket
from itertools import count

from adapters.stack.ports import is_free

BLOCK = 10
"""Ports that follow each other and belong to one asker."""

_FIRST, _END = 20000, 32000
_held: list[socket.socket] = []


def own_block() -> int:
    """The first of ten ports on 127.0.0.1 on which nobody listens and which belong to this process until it ends."""
    for number in count():
        first = _FIRST + number * BLOCK
        assert first < _END, "no ports are left for tests"
        if _spoken_for(first) and all(is_free(first + offset) for offset in range(BLOCK)):
            return first
    raise AssertionError("unreachable")


def _spoken_for(first: int) -> bool:
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        claim.bind(f"\0haochaping tests from port {first}")
    except OSError:
        claim.close()
        return False
    _held.append(claim)
    return True
