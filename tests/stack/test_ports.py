"""Ports: the preferred, the next free one, and the same again."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.stack.ports import PortBook, PortName
from tests.conftest import free_port


@pytest.fixture
def book(tmp_path: Path) -> Iterator[PortBook]:
    with PortBook(tmp_path) as book:
        yield book


def _remembered_free_port(book: PortBook) -> int:
    # Not the preferred one, for which other programs on this machine may race with us; nor will they for the next.
    port = free_port()
    (book.runtime_dir / "ports.json").write_text(json.dumps({PortName.TEMPORAL: port}))
    return port


def test_a_port_that_somebody_listens_on_is_passed_over(book: PortBook) -> None:
    first = _remembered_free_port(book)
    assert book.choose([PortName.TEMPORAL]) == {PortName.TEMPORAL: first}
    with socket.create_server(("127.0.0.1", first)):
        assert book.choose([PortName.TEMPORAL])[PortName.TEMPORAL] > first


def test_a_port_is_the_same_next_time(book: PortBook) -> None:
    first = _remembered_free_port(book)
    with socket.create_server(("127.0.0.1", first)):
        moved = book.choose([PortName.TEMPORAL])
    assert book.choose([PortName.TEMPORAL]) == moved


def test_a_port_that_another_stack_has_chosen_is_passed_over_before_anybody_listens_on_it(
    book: PortBook, tmp_path: Path
) -> None:
    port = _remembered_free_port(book)
    other = tmp_path / "other"
    other.mkdir()
    (other / "ports.json").write_text((tmp_path / "ports.json").read_text())

    assert book.choose([PortName.TEMPORAL]) == {PortName.TEMPORAL: port}
    with PortBook(other) as others:
        assert others.choose([PortName.TEMPORAL])[PortName.TEMPORAL] > port
    assert book.choose([PortName.TEMPORAL]) == {PortName.TEMPORAL: port}


def test_a_stack_that_is_gone_holds_no_port(book: PortBook, tmp_path: Path) -> None:
    port = _remembered_free_port(book)
    other = tmp_path / "other"
    other.mkdir()
    (other / "ports.json").write_text((tmp_path / "ports.json").read_text())

    with PortBook(other) as others:
        assert others.choose([PortName.TEMPORAL]) == {PortName.TEMPORAL: port}
    assert book.choose([PortName.TEMPORAL]) == {PortName.TEMPORAL: port}


def test_no_port_is_given_twice(book: PortBook) -> None:
    (book.runtime_dir / "ports.json").write_text('{"temporal": 20100, "temporal-ui": 20100, "database": 20100}')
    assert len(set(book.choose(list(PortName)).values())) == len(PortName)


def test_a_damaged_memory_is_forgotten(book: PortBook) -> None:
    (book.runtime_dir / "ports.json").write_text('{"temporal": "x", "database": 99999999, ')
    assert set(book.choose(list(PortName))) == set(PortName)
