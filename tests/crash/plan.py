"""The order of events of an attack: drawn from a seed, printed, and replayed from it."""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.crash.faults import (
    SESSION_SECONDS,
    AllRestart,
    Away,
    Draw,
    Fault,
    FreezeWorker,
    How,
    KillWorker,
    NewSchema,
    WorkerJoins,
    WorkerLeaves,
)

SEED = "HEADRACE_CRASH_SEED"
LONGEST_WAIT = 2.0


@dataclass(frozen=True, slots=True)
class Step:
    """A fault, `wait` seconds after the stage has moved on since the one before."""

    wait: float
    fault: Fault


@dataclass(frozen=True, slots=True)
class Plan:
    """What will happen, in order; `str` of it is what a stranger reads."""

    seed: int
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        """How long it takes, roughly."""
        return sum(step.wait + step.fault.seconds for step in self.steps)

    def __str__(self) -> str:
        lines = [f"{SEED}={self.seed}: {len(self.steps)} faults in about {self.seconds:.0f} s"]
        lines += [
            f"  {number:2}. +{step.wait:.1f} s  {step.fault}"
            for number, step in enumerate(self.steps, 1)
        ]
        return "\n".join(lines)


def plan(seed: int, *faults: Fault, shuffled: bool = False) -> Plan:
    """These faults, at moments that the seed draws; in an order that it draws, if `shuffled`."""
    chance = random.Random(seed)
    order = chance.sample(faults, len(faults)) if shuffled else faults
    return Plan(seed, tuple(_step(chance, fault) for fault in order))


def random_plan(seed: int, kinds: Sequence[Draw], count: int) -> Plan:
    """`count` faults of these kinds, all drawn by the seed."""
    chance = random.Random(seed)
    return Plan(seed, tuple(_step(chance, chance.choice(kinds)(chance)) for _ in range(count)))


def _step(chance: random.Random, fault: Fault) -> Step:
    return Step(round(chance.uniform(0.0, LONGEST_WAIT), 2), fault)


def seed_of_this_run() -> int:
    """HEADRACE_CRASH_SEED if it is set, else a new one."""
    return int(os.environ.get(SEED) or random.SystemRandom().randrange(1 << 32))


def freeze(chance: random.Random) -> Fault:
    """Past the session's end."""
    frozen = round(SESSION_SECONDS + chance.uniform(2.0, 6.0), 1)
    return FreezeWorker(chance.randrange(6), frozen, chance.randrange(6))


def outage(chance: random.Random, *servers: str) -> Fault:
    """One of these servers goes, in one of three ways; half of the time something happens then."""
    server = chance.choice(servers)
    how: How = chance.choice(("stop", "kill", "pause"))
    gone = round(chance.uniform(1.0, 15.0), 1)
    if server == "postgres" and how == "pause":
        how = "kill"  # a frozen postmaster alone stops nobody who is connected
    change = chance.choice((KillWorker(chance.randrange(6)), WorkerJoins(), AllRestart()))
    return Away(server, gone, how, (change,) if chance.random() < 0.5 else ())


def every_kind(*brokers: str) -> tuple[Draw, ...]:
    """What a random plan draws from, the commoner faults more than once."""
    return (
        lambda chance: KillWorker(chance.randrange(6)),
        lambda chance: KillWorker(chance.randrange(6)),
        freeze,
        lambda _: WorkerJoins(),
        lambda chance: WorkerLeaves(chance.randrange(6)),
        lambda _: NewSchema(),
        lambda chance: outage(chance, "postgres", "registry"),
        lambda chance: outage(chance, *brokers),
    )
