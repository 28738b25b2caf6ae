"""Any sequence of commands to any aggregate keeps its rules; its events are its whole state."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from domains.game import AGGREGATES
from tests.unit.game import commands, item_commands, laws
from tests.unit.game.machine import machine

EFFORT = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
HISTORIES: Mapping[str, tuple[Any, Any]] = {
    "Joueur": (commands.player, laws.player),
    "Combat": (commands.fight, laws.fight),
    "Inventaire": (item_commands.inventory, laws.inventory),
    "Item": (item_commands.item, laws.item),
    "Equipement": (item_commands.equipment, laws.equipment),
    "Quete": (commands.quest, laws.quest),
    "Competence": (commands.skill, laws.skill),
    "PNJ": (commands.npc, laws.npc),
    "Economy": (commands.market, laws.market),
    "WorldState": (commands.world, laws.world),
}


@pytest.mark.parametrize("name", AGGREGATES)
def test_any_sequence_of_commands_keeps_the_rules_and_can_be_rebuilt(name: str) -> None:
    aggregate = AGGREGATES[name]
    reached: Counter[str] = Counter()
    histories = machine(aggregate, *HISTORIES[name], reached)

    run_state_machine_as_test(histories, settings=EFFORT)

    assert 2 * len(reached) > len(aggregate.events), f"commands too tame: they reach {reached}"
