import json
import socket
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from deploy.local.ports import choose_ports, free_ports, is_free, remembered_ports
from headrace.errors import ConfigurationError


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])


@pytest.fixture
def remembered(tmp_path: Path) -> Path:
    """A file of ports that were free a moment ago."""
    path = tmp_path / "ports"
    path.write_text(json.dumps(asdict(free_ports())))
    return path


def test_the_ports_of_the_last_start_are_kept(remembered: Path) -> None:
    before = remembered_ports(remembered)
    assert choose_ports(remembered, environ={}) == before == remembered_ports(remembered)


def test_a_remembered_port_that_is_taken_is_replaced(remembered: Path, taken: int) -> None:
    remembered.write_text(json.dumps(asdict(free_ports()) | {"kafka": taken}))
    chosen = choose_ports(remembered, environ={})
    assert chosen.kafka != taken
    assert is_free(chosen.kafka)


def test_a_running_server_keeps_the_port_that_it_holds(remembered: Path, taken: int) -> None:
    remembered.write_text(json.dumps(asdict(free_ports()) | {"postgres": taken}))
    assert choose_ports(remembered, running=["postgres"], environ={}).postgres == taken


def test_a_port_of_the_user_is_taken_as_it_is(remembered: Path) -> None:
    wanted = free_ports().api
    assert choose_ports(remembered, environ={"HEADRACE_API_PORT": str(wanted)}).api == wanted


@pytest.mark.parametrize("name", ["KAFKA", "REGISTRY", "POSTGRES", "API"])
def test_a_port_of_the_user_that_is_taken_is_an_error_naming_it(
    name: str, remembered: Path, taken: int
) -> None:
    with pytest.raises(ConfigurationError, match=rf"HEADRACE_{name}_PORT: port {taken} is taken"):
        choose_ports(remembered, environ={f"HEADRACE_{name}_PORT": str(taken)})


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "8000.0", "८०"])
def test_what_is_no_port_is_refused(text: str, remembered: Path) -> None:
    with pytest.raises(ConfigurationError, match="HEADRACE_API_PORT"):
        choose_ports(remembered, environ={"HEADRACE_API_PORT": text})


def test_a_running_server_does_not_move_to_another_port(remembered: Path, taken: int) -> None:
    remembered.write_text(json.dumps(asdict(free_ports()) | {"kafka": taken}))
    with pytest.raises(ConfigurationError, match="headrace down"):
        choose_ports(remembered, running=["kafka"], environ={"HEADRACE_KAFKA_PORT": "19092"})


@pytest.mark.parametrize("content", ["", "{", "[]", '{"kafka": "x", "other": 1}'])
def test_a_damaged_file_counts_as_none(content: str, tmp_path: Path) -> None:
    path = tmp_path / "ports"
    path.write_text(content)
    assert remembered_ports(path) is None
    assert choose_ports(path, environ={}) == remembered_ports(path)


def test_all_free_ports_differ() -> None:
    ports = asdict(free_ports()).values()
    assert len(set(ports)) == len(ports)
