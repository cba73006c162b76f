"""Ports: the preferred, the next free one, and the same again."""

import json
import socket
from pathlib import Path

from adapters.stack.ports import PortName, choose_ports
from tests.conftest import free_port


def _remembered_free_port(runtime_dir: Path) -> int:
    # Not the preferred one, for which other sessions on this machine may race with us.
    port = free_port()
    (runtime_dir / "ports.json").write_text(json.dumps({PortName.TEMPORAL: port}))
    assert choose_ports(runtime_dir, [PortName.TEMPORAL]) == {PortName.TEMPORAL: port}
    return port


def test_a_port_that_somebody_listens_on_is_passed_over(tmp_path: Path) -> None:
    first = _remembered_free_port(tmp_path)
    with socket.create_server(("127.0.0.1", first)):
        assert choose_ports(tmp_path, [PortName.TEMPORAL])[PortName.TEMPORAL] > first


def test_a_port_is_the_same_next_time(tmp_path: Path) -> None:
    first = _remembered_free_port(tmp_path)
    with socket.create_server(("127.0.0.1", first)):
        moved = choose_ports(tmp_path, [PortName.TEMPORAL])
    assert choose_ports(tmp_path, [PortName.TEMPORAL]) == moved


def test_no_port_is_given_twice(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text('{"temporal": 20100, "temporal-ui": 20100, "database": 20100}')
    assert len(set(choose_ports(tmp_path, list(PortName)).values())) == len(PortName)


def test_a_damaged_memory_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text('{"temporal": "x", "database": 99999999, ')
    assert set(choose_ports(tmp_path, list(PortName))) == set(PortName)
