"""What a peer is, and how its process is started."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.environments import python_of
from benchmarks.peers.programs.common import Task
from deploy.local.layout import REPOSITORY


@dataclass(frozen=True, slots=True)
class Launch:
    """A command and the variables that come on top of the caller's."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


Launcher = Callable[[Task, Path], Launch]
"""Makes what a task needs (files go into the folder given) and says how to start it."""


@dataclass(frozen=True, slots=True)
class Peer:
    """`writes` is how rows reach the table; `unequal` is what it does not do that the archive does.

    `flat` peers read a topic of flat JSON objects in place of the Avro one.
    """

    name: str
    title: str
    writes: str
    unequal: str
    launcher: Launcher
    flat: bool = False


def program(environment: str, *arguments: str) -> Launcher:
    """Run `python ARGUMENTS` of an environment, with this repository on its path."""

    def launch(task: Task, folder: Path) -> Launch:
        paths = {"PYTHONPATH": str(REPOSITORY), "HOME": str(folder)}
        return Launch([str(python_of(environment)), *arguments], {**paths, **task.variable()})

    return launch
