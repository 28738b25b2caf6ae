from pathlib import Path

import pytest

from deploy.local.program import NotReadyError, Program, start_in_order, wait_ready
from headrace.clock import SystemClock


def refuse() -> None:
    raise NotReadyError("nobody listens")


def answer() -> None:
    """A program that is ready at once."""


def program(name: str, *needs: str, ready_seconds: int = 60) -> Program:
    return Program(
        name=name,
        command=("true",),
        directory=Path(),
        address="",
        needs=needs,
        check=refuse,
        ready_seconds=ready_seconds,
    )


def test_a_program_starts_once_those_that_it_needs_are_ready() -> None:
    done: list[str] = []
    programs = (
        program("database"),
        program("broker"),
        program("registry", "database"),
        program("worker", "database", "broker", "registry"),
    )
    start_in_order(
        programs,
        lambda each: done.append(f"start {each.name}"),
        lambda each: done.append(f"ready {each.name}"),
    )
    assert done == [
        *("start database", "start broker", "ready database", "start registry"),
        *("ready broker", "ready registry", "start worker", "ready worker"),
    ]


def test_a_program_that_is_not_part_of_the_stack_is_not_waited_for() -> None:
    ready: list[str] = []
    start_in_order((program("api", "elsewhere"),), lambda _: None, lambda p: ready.append(p.name))
    assert ready == ["api"]


def test_waiting_ends_when_the_program_has_ended() -> None:
    with pytest.raises(NotReadyError, match="api ended instead of starting"):
        wait_ready(program("api"), lambda: False, SystemClock())


def test_waiting_ends_with_what_was_missing() -> None:
    with pytest.raises(NotReadyError, match="does not answer after 0 s: nobody listens"):
        wait_ready(program("api", ready_seconds=0), lambda: True, SystemClock())
