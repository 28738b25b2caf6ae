"""Faults of every kind at random, for as long as one likes (HEADRACE_CRASH_MINUTES)."""

import os
import random

import pytest

from headrace.clock import SystemClock
from tests.crash.attack import Attack
from tests.crash.plan import every_kind, random_plan

FAULTS_A_ROUND = 8
MINUTES = float(os.environ.get("HEADRACE_CRASH_MINUTES") or 0)
KINDS = every_kind("kafka", "kafka-2", "kafka-3")

pytestmark = [pytest.mark.crash, pytest.mark.timeout(MINUTES * 60 + 900)]


async def test_random_faults_lose_and_double_nothing(
    numbers_on_three: Attack, seed: int, events: int
) -> None:
    """One round, and further ones until the minutes are over; each is proven at its end, and each
    has a seed of its own by which it can be played again alone.
    """
    attack, clock = numbers_on_three, SystemClock()
    before, end = attack.proof.books(), clock.monotonic() + MINUTES * 60
    while True:
        await attack.carry_out(random_plan(seed, KINDS, FAULTS_A_ROUND), events, before)
        if clock.monotonic() >= end:
            return
        seed = random.Random(seed).randrange(1 << 32)
