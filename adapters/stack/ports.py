"""Ports of the embedded servers: a preferred one, the next free one when it is taken, the same again next time.

A port that was once given away is kept in `<runtime_dir>/ports.json`, so that bookmarks and second terminals
still work after a restart. Two checkouts on one machine get different ports by themselves, also when they start in the
same moment: between the choice and the moment in which a server listens, a port belongs to whoever claimed its name.
"""

import json
import socket
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

from models.errors import HaochapingError

_TRIED = 200


class PortName(StrEnum):
    """The listening sockets of the stack."""

    DATABASE = "database"
    TEMPORAL = "temporal"
    TEMPORAL_UI = "temporal-ui"
    TEMPORAL_HTTP = "temporal-http"
    COUNTERPART = "counterpart"
    COUNTERPART_SMTP = "counterpart-smtp"
    DESK = "desk"


_PREFERRED = {
    PortName.DATABASE: 15432,
    PortName.TEMPORAL: 17233,
    PortName.TEMPORAL_UI: 18233,
    PortName.TEMPORAL_HTTP: 19233,
    PortName.COUNTERPART: 18345,
    PortName.COUNTERPART_SMTP: 18025,
    PortName.DESK: 18080,
}


@dataclass
class PortBook:
    """The ports of one runtime directory. What it chose stays claimed on this machine until the book is closed."""

    runtime_dir: Path
    _claims: dict[int, socket.socket] = field(default_factory=dict, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._claims:
            self._claims.popitem()[1].close()

    def choose(self, names: list[PortName]) -> dict[PortName, int]:
        """A free port on 127.0.0.1 for each name: the one it had last time, else the preferred, else the next free.

        Raises HaochapingError when none of the next 200 is free.
        """
        memory = self.runtime_dir / "ports.json"
        remembered = _remembered(memory)
        chosen: dict[PortName, int] = {}
        for name in names:
            chosen[name] = self._next_free(remembered.get(name, _PREFERRED[name]), taken=set(chosen.values()))
        memory.write_text(json.dumps({**remembered, **chosen}, indent=2))
        return chosen

    def _next_free(self, first: int, taken: set[int]) -> int:
        for port in range(first, min(first + _TRIED, 65536)):
            if port not in taken and is_free(port) and self._claimed(port):
                return port
        raise HaochapingError(f"127.0.0.1 上 {first} 起的 {_TRIED} 个端口都被占用，请先停掉占用端口的程序。")

    def _claimed(self, port: int) -> bool:
        """Whether nobody else has spoken for that port; from now on we have.

        The claim is a name among Linux's abstract sockets: one holder on a machine, and gone with its process.
        """
        if port in self._claims:
            return True
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            claim.bind(f"\0haochaping port {port}")
        except OSError:
            claim.close()
            return False
        self._claims[port] = claim
        return True


def _remembered(memory: Path) -> dict[str, int]:
    try:
        content = json.loads(memory.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: port for name, port in content.items() if isinstance(port, int) and 0 < port < 65536}


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: a port whose last connections are still in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
