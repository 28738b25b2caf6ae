# Generated from the schemas by `headrace schemas generate`; do not edit.
"""The events of the domain game: what their payloads hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, TypeAlias

from headrace.events.base import UNFIT, Timestamp, TypedEvent, TypedRecord, does_not_fit

PlayerClass: TypeAlias = Literal[
    "Guerrier",
    "Mage",
    "Archer",
    "Voleur",
    "Pretre",
]
"""What a player fights as."""

ExperienceSource: TypeAlias = Literal[
    "fight",
    "quest",
    "discovery",
    "craft",
    "other",
]
"""Where experience comes from."""

StatsReason: TypeAlias = Literal[
    "points_spent",
    "class_changed",
]
"""Why stats changed."""

FightAction: TypeAlias = Literal[
    "attack",
    "heal",
    "cast",
    "defend",
    "flee",
    "pass",
]
"""What a fighter can do in a turn."""

StatusEffect: TypeAlias = Literal[
    "poison",
    "burn",
    "stun",
    "shield",
    "regeneration",
]
"""What lies on a fighter for some turns."""

FightOutcome: TypeAlias = Literal[
    "victory",
    "draw",
    "stopped",
]
"""How a fight ends."""

Slot: TypeAlias = Literal[
    "head",
    "chest",
    "hands",
    "legs",
    "feet",
    "main_hand",
    "off_hand",
    "ring",
]
"""Where on the body a piece is worn."""

RemovalReason: TypeAlias = Literal[
    "dropped",
    "sold",
    "destroyed",
    "quest",
]
"""Why an item leaves an inventory."""

TradeDirection: TypeAlias = Literal[
    "given",
    "received",
]
"""Which way items go in a trade."""

ItemCategory: TypeAlias = Literal[
    "weapon",
    "armor",
    "potion",
    "material",
    "quest",
    "other",
]
"""What an item is."""

Rarity: TypeAlias = Literal[
    "common",
    "uncommon",
    "rare",
    "epic",
    "legendary",
]
"""How rare an item is, from the most common up."""

DestructionReason: TypeAlias = Literal[
    "broken",
    "dismantled",
    "expired",
    "quest_ended",
]
"""Why an item was destroyed."""

EnchantmentKind: TypeAlias = Literal[
    "sharpness",
    "fire",
    "frost",
    "lightning",
    "protection",
    "haste",
]
"""What an enchantment does."""

QuestFailure: TypeAlias = Literal[
    "abandoned",
    "deadline",
    "impossible",
]
"""Why a quest is lost."""

NpcRole: TypeAlias = Literal[
    "merchant",
    "quest_giver",
    "trainer",
    "guard",
    "villager",
]
"""What an NPC is there for."""

ReputationReason: TypeAlias = Literal[
    "quest",
    "trade",
    "gift",
    "theft",
    "violence",
    "other",
]
"""Why an NPC changes its mind."""

OrderSide: TypeAlias = Literal[
    "sell",
    "buy",
]
"""Which side of the market an order is on."""

WorldEventKind: TypeAlias = Literal[
    "festival",
    "invasion",
    "drought",
    "eclipse",
]
"""What happens to the world."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats(TypedRecord):
    """A player's three stats."""

    health: int
    """Points of health."""
    mana: int
    """Points of mana."""
    stamina: int
    """Points of stamina."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "health": self.health,
            "mana": self.mana,
            "stamina": self.stamina,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                health=payload["health"],
                mana=payload["mana"],
                stamina=payload["stamina"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Fighter(TypedRecord):
    """Somebody who fights, as the fight begins."""

    fighter_id: str
    """The player or NPC."""
    team: int
    """The side that it fights on, counted from 1."""
    health: int
    """Points of health at the start."""
    max_health: int
    """The most that healing can restore."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "fighterId": self.fighter_id,
            "team": self.team,
            "health": self.health,
            "maxHealth": self.max_health,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                fighter_id=payload["fighterId"],
                team=payload["team"],
                health=payload["health"],
                max_health=payload["maxHealth"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldItem(TypedRecord):
    """An item as an inventory knows it."""

    item_id: str
    """The item."""
    name: str
    """Its name."""
    slot: Slot | None = None
    """Where it can be worn; null when it cannot."""
    consumable: bool
    """Whether using it uses it up."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "itemId": self.item_id,
            "name": self.name,
            "slot": self.slot,
            "consumable": self.consumable,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                item_id=payload["itemId"],
                name=payload["name"],
                slot=payload.get("slot"),
                consumable=payload["consumable"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Enchantment(TypedRecord):
    """A lasting spell on a piece of equipment."""

    kind: EnchantmentKind
    """What it does."""
    power: int
    """How strong it is, 1 to 10."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "power": self.power,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                kind=payload["kind"],
                power=payload["power"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective(TypedRecord):
    """One thing that a quest asks for."""

    objective_id: str
    """The objective's id within the quest."""
    description: str
    """One line for people."""
    target: int
    """How many are asked for."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "objectiveId": self.objective_id,
            "description": self.description,
            "target": self.target,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                objective_id=payload["objectiveId"],
                description=payload["description"],
                target=payload["target"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward(TypedRecord):
    """What a quest gives."""

    experience: int
    """Points of experience."""
    gold: int
    """Pieces of gold."""
    item_ids: list[str]
    """Items handed over."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "experience": self.experience,
            "gold": self.gold,
            "itemIds": self.item_ids,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                experience=payload["experience"],
                gold=payload["gold"],
                item_ids=payload["itemIds"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class JoueurCree(TypedEvent):
    """A player entered the game.

    JoueurCree 1.0, on the topic game.joueur.
    """

    event_type: ClassVar[str] = "JoueurCree"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.joueur"
    aggregate_id_field: ClassVar[str | None] = None

    username: str
    """The name that others see: a pseudonym, chosen by the player."""
    class_: PlayerClass
    """What the player fights as."""
    level: int
    """The level, counted from 1."""
    base_stats: Stats
    """The stats that the class begins with."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "username": self.username,
            "class": self.class_,
            "level": self.level,
            "baseStats": self.base_stats.to_payload(),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                username=payload["username"],
                class_=payload["class"],
                level=payload["level"],
                base_stats=Stats.from_payload(payload["baseStats"]),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperienceGagnee(TypedEvent):
    """A player gained experience.

    ExperienceGagnee 1.0, on the topic game.joueur.
    """

    event_type: ClassVar[str] = "ExperienceGagnee"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.joueur"
    aggregate_id_field: ClassVar[str | None] = None

    amount: int
    """Points gained."""
    source: ExperienceSource
    """Where it comes from."""
    total: int
    """All points after this gain."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "amount": self.amount,
            "source": self.source,
            "total": self.total,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                amount=payload["amount"],
                source=payload["source"],
                total=payload["total"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class NiveauAtteint(TypedEvent):
    """A player reached the next level.

    NiveauAtteint 1.0, on the topic game.joueur.
    """

    event_type: ClassVar[str] = "NiveauAtteint"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.joueur"
    aggregate_id_field: ClassVar[str | None] = None

    level: int
    """The level reached."""
    stat_points: int
    """Points gained that the player may put into stats."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "statPoints": self.stat_points,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                level=payload["level"],
                stat_points=payload["statPoints"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsModifiees(TypedEvent):
    """A player's stats changed.

    StatsModifiees 1.0, on the topic game.joueur.
    """

    event_type: ClassVar[str] = "StatsModifiees"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.joueur"
    aggregate_id_field: ClassVar[str | None] = None

    reason: StatsReason
    """Why."""
    points_spent: int
    """Stat points used up by it."""
    stats: Stats
    """The stats after the change."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "reason": self.reason,
            "pointsSpent": self.points_spent,
            "stats": self.stats.to_payload(),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                reason=payload["reason"],
                points_spent=payload["pointsSpent"],
                stats=Stats.from_payload(payload["stats"]),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ClasseChangee(TypedEvent):
    """A player changed to another class.

    ClasseChangee 1.0, on the topic game.joueur.
    """

    event_type: ClassVar[str] = "ClasseChangee"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.joueur"
    aggregate_id_field: ClassVar[str | None] = None

    previous_class: PlayerClass
    """What the player fought as."""
    class_: PlayerClass
    """What the player fights as now."""
    level: int
    """The level at which it happened; it stays."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "previousClass": self.previous_class,
            "class": self.class_,
            "level": self.level,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                previous_class=payload["previousClass"],
                class_=payload["class"],
                level=payload["level"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CombatDemarre(TypedEvent):
    """A fight began.

    CombatDemarre 1.0, on the topic game.combat.
    """

    event_type: ClassVar[str] = "CombatDemarre"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.combat"
    aggregate_id_field: ClassVar[str | None] = None

    zone_id: str
    """The zone where it takes place."""
    fighters: list[Fighter]
    """Who fights, in the order of their turns."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "zoneId": self.zone_id,
            "fighters": [each.to_payload() for each in self.fighters],
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                zone_id=payload["zoneId"],
                fighters=[Fighter.from_payload(each) for each in payload["fighters"]],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class TourDebute(TypedEvent):
    """A fighter's turn began.

    TourDebute 1.0, on the topic game.combat.
    """

    event_type: ClassVar[str] = "TourDebute"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.combat"
    aggregate_id_field: ClassVar[str | None] = None

    turn: int
    """The turn's number, counted from 1."""
    fighter_id: str
    """Whose turn it is."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "turn": self.turn,
            "fighterId": self.fighter_id,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                turn=payload["turn"],
                fighter_id=payload["fighterId"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionExecutee(TypedEvent):
    """A fighter used its turn.

    ActionExecutee 1.0, on the topic game.combat.
    """

    event_type: ClassVar[str] = "ActionExecutee"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.combat"
    aggregate_id_field: ClassVar[str | None] = None

    turn: int
    """The turn's number, counted from 1."""
    fighter_id: str
    """Who acts."""
    action: FightAction
    """What it does."""
    target_id: str | None = None
    """Whom it is aimed at; null when at nobody."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "turn": self.turn,
            "fighterId": self.fighter_id,
            "action": self.action,
            "targetId": self.target_id,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                turn=payload["turn"],
                fighter_id=payload["fighterId"],
                action=payload["action"],
                target_id=payload.get("targetId"),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class EffetStatutApplique(TypedEvent):
    """A status effect was laid on a fighter.

    EffetStatutApplique 1.0, on the topic game.combat.
    """

    event_type: ClassVar[str] = "EffetStatutApplique"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.combat"
    aggregate_id_field: ClassVar[str | None] = None

    target_id: str
    """Who bears it."""
    effect: StatusEffect
    """What it is."""
    turns: int
    """For how many of the bearer's turns it lasts."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "targetId": self.target_id,
            "effect": self.effect,
            "turns": self.turns,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                target_id=payload["targetId"],
                effect=payload["effect"],
                turns=payload["turns"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class EffetStatutExpire(TypedEvent):
    """A status effect came to its end.

    EffetStatutExpire 1.0, on the topic game.combat.
    """

    event_type: ClassVar[str] = "EffetStatutExpire"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.combat"
    aggregate_id_field: ClassVar[str | None] = None

    target_id: str
    """Who bore it."""
    effect: StatusEffect
    """What it was."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "targetId": self.target_id,
            "effect": self.effect,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                target_id=payload["targetId"],
                effect=payload["effect"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class DegatsInfliges(TypedEvent):
    """A fighter lost health.

    DegatsInfliges 1.0, on the topic game.combat.
    """

    event_type: ClassVar[str] = "DegatsInfliges"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.combat"
    aggregate_id_field: ClassVar[str | None] = None

    source_id: str | None = None
    """Who caused it; null for a status effect."""
    target_id: str
    """Who was hurt."""
    amount: int
    """Points of health lost."""
    health: int
    """Points of health left."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "sourceId": self.source_id,
            "targetId": self.target_id,
            "amount": self.amount,
            "health": self.health,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                source_id=payload.get("sourceId"),
                target_id=payload["targetId"],
                amount=payload["amount"],
                health=payload["health"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SoinsRecus(TypedEvent):
    """A fighter regained health.

    SoinsRecus 1.0, on the topic game.combat.
    """

    event_type: ClassVar[str] = "SoinsRecus"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.combat"
    aggregate_id_field: ClassVar[str | None] = None

    source_id: str | None = None
    """Who healed; null for a status effect."""
    target_id: str
    """Who was healed."""
    amount: int
    """Points of health regained."""
    health: int
    """Points of health after it."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "sourceId": self.source_id,
            "targetId": self.target_id,
            "amount": self.amount,
            "health": self.health,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                source_id=payload.get("sourceId"),
                target_id=payload["targetId"],
                amount=payload["amount"],
                health=payload["health"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CombatTermine(TypedEvent):
    """A fight came to its end.

    CombatTermine 1.0, on the topic game.combat.
    """

    event_type: ClassVar[str] = "CombatTermine"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.combat"
    aggregate_id_field: ClassVar[str | None] = None

    outcome: FightOutcome
    """How it ended."""
    winning_team: int | None = None
    """The side that is left; null when there is none."""
    turns: int
    """How many turns it took."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "winningTeam": self.winning_team,
            "turns": self.turns,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                outcome=payload["outcome"],
                winning_team=payload.get("winningTeam"),
                turns=payload["turns"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAjoute(TypedEvent):
    """Items came into an inventory.

    ItemAjoute 1.0, on the topic game.inventaire.
    """

    event_type: ClassVar[str] = "ItemAjoute"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.inventaire"
    aggregate_id_field: ClassVar[str | None] = None

    item: HeldItem
    """What came in."""
    quantity: int
    """How many."""
    total: int
    """How many of it there are now."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "item": self.item.to_payload(),
            "quantity": self.quantity,
            "total": self.total,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                item=HeldItem.from_payload(payload["item"]),
                quantity=payload["quantity"],
                total=payload["total"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRetire(TypedEvent):
    """Items left an inventory.

    ItemRetire 1.0, on the topic game.inventaire.
    """

    event_type: ClassVar[str] = "ItemRetire"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.inventaire"
    aggregate_id_field: ClassVar[str | None] = None

    item_id: str
    """The item."""
    quantity: int
    """How many."""
    remaining: int
    """How many of it are left."""
    reason: RemovalReason
    """Why."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "itemId": self.item_id,
            "quantity": self.quantity,
            "remaining": self.remaining,
            "reason": self.reason,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                item_id=payload["itemId"],
                quantity=payload["quantity"],
                remaining=payload["remaining"],
                reason=payload["reason"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEquipe(TypedEvent):
    """An item was put on.

    ItemEquipe 1.0, on the topic game.inventaire.
    """

    event_type: ClassVar[str] = "ItemEquipe"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.inventaire"
    aggregate_id_field: ClassVar[str | None] = None

    item_id: str
    """The item."""
    slot: Slot
    """Where it is worn."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "itemId": self.item_id,
            "slot": self.slot,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                item_id=payload["itemId"],
                slot=payload["slot"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDesequipe(TypedEvent):
    """An item was taken off.

    ItemDesequipe 1.0, on the topic game.inventaire.
    """

    event_type: ClassVar[str] = "ItemDesequipe"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.inventaire"
    aggregate_id_field: ClassVar[str | None] = None

    item_id: str
    """The item."""
    slot: Slot
    """Where it was worn."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "itemId": self.item_id,
            "slot": self.slot,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                item_id=payload["itemId"],
                slot=payload["slot"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemUtilise(TypedEvent):
    """A consumable item was used up.

    ItemUtilise 1.0, on the topic game.inventaire.
    """

    event_type: ClassVar[str] = "ItemUtilise"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.inventaire"
    aggregate_id_field: ClassVar[str | None] = None

    item_id: str
    """The item."""
    quantity: int
    """How many were used."""
    remaining: int
    """How many of it are left."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "itemId": self.item_id,
            "quantity": self.quantity,
            "remaining": self.remaining,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                item_id=payload["itemId"],
                quantity=payload["quantity"],
                remaining=payload["remaining"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEchange(TypedEvent):
    """Items changed hands between two inventories; each of the two has such an event.

    ItemEchange 1.0, on the topic game.inventaire.
    """

    event_type: ClassVar[str] = "ItemEchange"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.inventaire"
    aggregate_id_field: ClassVar[str | None] = None

    trade_id: str
    """The trade, the same on both sides."""
    partner_inventory_id: str
    """The other inventory."""
    direction: TradeDirection
    """Which way they went."""
    item: HeldItem
    """What was traded."""
    quantity: int
    """How many."""
    total: int
    """How many of it are here now."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "tradeId": self.trade_id,
            "partnerInventoryId": self.partner_inventory_id,
            "direction": self.direction,
            "item": self.item.to_payload(),
            "quantity": self.quantity,
            "total": self.total,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                trade_id=payload["tradeId"],
                partner_inventory_id=payload["partnerInventoryId"],
                direction=payload["direction"],
                item=HeldItem.from_payload(payload["item"]),
                quantity=payload["quantity"],
                total=payload["total"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CapaciteModifiee(TypedEvent):
    """An inventory became larger or smaller.

    CapaciteModifiee 1.0, on the topic game.inventaire.
    """

    event_type: ClassVar[str] = "CapaciteModifiee"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.inventaire"
    aggregate_id_field: ClassVar[str | None] = None

    previous_capacity: int
    """How many kinds of items it held."""
    capacity: int
    """How many kinds of items it holds now."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "previousCapacity": self.previous_capacity,
            "capacity": self.capacity,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                previous_capacity=payload["previousCapacity"],
                capacity=payload["capacity"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCree(TypedEvent):
    """An item came into the world.

    ItemCree 1.0, on the topic game.item.
    """

    event_type: ClassVar[str] = "ItemCree"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.item"
    aggregate_id_field: ClassVar[str | None] = None

    name: str
    """Its name."""
    kind: ItemCategory
    """What it is."""
    rarity: Rarity
    """How rare it is."""
    required_level: int
    """The level a player needs to use it."""
    properties: dict[str, int]
    """Named numbers such as damage or weight in grams."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind,
            "rarity": self.rarity,
            "requiredLevel": self.required_level,
            "properties": self.properties,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                name=payload["name"],
                kind=payload["kind"],
                rarity=payload["rarity"],
                required_level=payload["requiredLevel"],
                properties=payload["properties"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemModifie(TypedEvent):
    """An item got another name, rarity or required level.

    ItemModifie 1.0, on the topic game.item.
    """

    event_type: ClassVar[str] = "ItemModifie"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.item"
    aggregate_id_field: ClassVar[str | None] = None

    name: str
    """Its name after the change."""
    rarity: Rarity
    """Its rarity after the change."""
    required_level: int
    """The level a player needs after the change."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "rarity": self.rarity,
            "requiredLevel": self.required_level,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                name=payload["name"],
                rarity=payload["rarity"],
                required_level=payload["requiredLevel"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDetruit(TypedEvent):
    """An item is no more.

    ItemDetruit 1.0, on the topic game.item.
    """

    event_type: ClassVar[str] = "ItemDetruit"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.item"
    aggregate_id_field: ClassVar[str | None] = None

    reason: DestructionReason
    """Why."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "reason": self.reason,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                reason=payload["reason"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ProprietesModifiees(TypedEvent):
    """Properties of an item changed.

    ProprietesModifiees 1.0, on the topic game.item.
    """

    event_type: ClassVar[str] = "ProprietesModifiees"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.item"
    aggregate_id_field: ClassVar[str | None] = None

    changed: dict[str, int]
    """The properties that have a new value."""
    removed: list[str]
    """The properties that it has no more."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "changed": self.changed,
            "removed": self.removed,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                changed=payload["changed"],
                removed=payload["removed"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipementCree(TypedEvent):
    """A piece of equipment was made.

    EquipementCree 1.0, on the topic game.equipement.
    """

    event_type: ClassVar[str] = "EquipementCree"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.equipement"
    aggregate_id_field: ClassVar[str | None] = None

    item_id: str
    """The item that it is."""
    slot: Slot
    """Where it is worn."""
    max_durability: int
    """The durability of the whole piece; a new one has all of it."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "itemId": self.item_id,
            "slot": self.slot,
            "maxDurability": self.max_durability,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                item_id=payload["itemId"],
                slot=payload["slot"],
                max_durability=payload["maxDurability"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipementAmeliore(TypedEvent):
    """A piece was upgraded by one level, which wears it.

    EquipementAmeliore 1.0, on the topic game.equipement.
    """

    event_type: ClassVar[str] = "EquipementAmeliore"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.equipement"
    aggregate_id_field: ClassVar[str | None] = None

    level: int
    """The level after it; a new piece has 0."""
    durability: int
    """The durability left."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "durability": self.durability,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                level=payload["level"],
                durability=payload["durability"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipementRepare(TypedEvent):
    """A piece was repaired.

    EquipementRepare 1.0, on the topic game.equipement.
    """

    event_type: ClassVar[str] = "EquipementRepare"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.equipement"
    aggregate_id_field: ClassVar[str | None] = None

    restored: int
    """Durability regained."""
    durability: int
    """The durability after it."""
    gold_cost: int
    """Pieces of gold paid."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "restored": self.restored,
            "durability": self.durability,
            "goldCost": self.gold_cost,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                restored=payload["restored"],
                durability=payload["durability"],
                gold_cost=payload["goldCost"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class EnchantementsAppliques(TypedEvent):
    """Enchantments were laid on a piece, which wears it.

    EnchantementsAppliques 1.0, on the topic game.equipement.
    """

    event_type: ClassVar[str] = "EnchantementsAppliques"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.equipement"
    aggregate_id_field: ClassVar[str | None] = None

    added: list[Enchantment]
    """The new ones."""
    durability: int
    """The durability left."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "added": [each.to_payload() for each in self.added],
            "durability": self.durability,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                added=[Enchantment.from_payload(each) for each in payload["added"]],
                durability=payload["durability"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class QueteCreee(TypedEvent):
    """A quest was made that players can accept.

    QueteCreee 1.0, on the topic game.quete.
    """

    event_type: ClassVar[str] = "QueteCreee"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.quete"
    aggregate_id_field: ClassVar[str | None] = None

    title: str
    """Its name."""
    required_level: int
    """The level a player needs to accept it."""
    objectives: list[Objective]
    """All of which must be complete."""
    reward: Reward
    """What its end gives."""
    time_limit_seconds: int | None = None
    """How long a player may take; null when there is no limit."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "requiredLevel": self.required_level,
            "objectives": [each.to_payload() for each in self.objectives],
            "reward": self.reward.to_payload(),
            "timeLimitSeconds": self.time_limit_seconds,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                title=payload["title"],
                required_level=payload["requiredLevel"],
                objectives=[Objective.from_payload(each) for each in payload["objectives"]],
                reward=Reward.from_payload(payload["reward"]),
                time_limit_seconds=payload.get("timeLimitSeconds"),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class QueteAcceptee(TypedEvent):
    """A player took a quest on.

    QueteAcceptee 1.0, on the topic game.quete.
    """

    event_type: ClassVar[str] = "QueteAcceptee"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.quete"
    aggregate_id_field: ClassVar[str | None] = None

    player_id: str
    """The player."""
    accepted_at: Timestamp
    """When."""
    deadline_at: Timestamp | None = None
    """When it fails unless it is complete; null when there is no limit."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "playerId": self.player_id,
            "acceptedAt": self.accepted_at,
            "deadlineAt": self.deadline_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                player_id=payload["playerId"],
                accepted_at=payload["acceptedAt"],
                deadline_at=payload.get("deadlineAt"),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectifProgresse(TypedEvent):
    """A player came closer to an objective.

    ObjectifProgresse 1.0, on the topic game.quete.
    """

    event_type: ClassVar[str] = "ObjectifProgresse"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.quete"
    aggregate_id_field: ClassVar[str | None] = None

    objective_id: str
    """The objective."""
    amount: int
    """By how many."""
    progress: int
    """How many there are now."""
    target: int
    """How many are asked for."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "objectiveId": self.objective_id,
            "amount": self.amount,
            "progress": self.progress,
            "target": self.target,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                objective_id=payload["objectiveId"],
                amount=payload["amount"],
                progress=payload["progress"],
                target=payload["target"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectifComplete(TypedEvent):
    """An objective was reached.

    ObjectifComplete 1.0, on the topic game.quete.
    """

    event_type: ClassVar[str] = "ObjectifComplete"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.quete"
    aggregate_id_field: ClassVar[str | None] = None

    objective_id: str
    """The objective."""
    remaining: int
    """How many objectives are still open."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "objectiveId": self.objective_id,
            "remaining": self.remaining,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                objective_id=payload["objectiveId"],
                remaining=payload["remaining"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class QueteTerminee(TypedEvent):
    """A quest was completed.

    QueteTerminee 1.0, on the topic game.quete.
    """

    event_type: ClassVar[str] = "QueteTerminee"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.quete"
    aggregate_id_field: ClassVar[str | None] = None

    player_id: str
    """The player."""
    completed_at: Timestamp
    """When."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "playerId": self.player_id,
            "completedAt": self.completed_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                player_id=payload["playerId"],
                completed_at=payload["completedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class QueteEchouee(TypedEvent):
    """A quest was lost.

    QueteEchouee 1.0, on the topic game.quete.
    """

    event_type: ClassVar[str] = "QueteEchouee"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.quete"
    aggregate_id_field: ClassVar[str | None] = None

    player_id: str
    """The player."""
    reason: QuestFailure
    """Why."""
    failed_at: Timestamp
    """When."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "playerId": self.player_id,
            "reason": self.reason,
            "failedAt": self.failed_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                player_id=payload["playerId"],
                reason=payload["reason"],
                failed_at=payload["failedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class RecompenseObtenue(TypedEvent):
    """A player received a quest's reward.

    RecompenseObtenue 1.0, on the topic game.quete.
    """

    event_type: ClassVar[str] = "RecompenseObtenue"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.quete"
    aggregate_id_field: ClassVar[str | None] = None

    player_id: str
    """The player."""
    reward: Reward
    """What the player got."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "playerId": self.player_id,
            "reward": self.reward.to_payload(),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                player_id=payload["playerId"],
                reward=Reward.from_payload(payload["reward"]),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetenceAprise(TypedEvent):
    """A player learnt a skill.

    CompetenceAprise 1.0, on the topic game.competence.
    """

    event_type: ClassVar[str] = "CompetenceAprise"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.competence"
    aggregate_id_field: ClassVar[str | None] = None

    player_id: str
    """The player."""
    name: str
    """The skill's name."""
    rank: int
    """The rank, counted from 1."""
    max_rank: int
    """The highest rank there is."""
    mana_cost: int
    """Points of mana that a use costs."""
    cooldown_millis: int
    """How long after a use the next is possible."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "playerId": self.player_id,
            "name": self.name,
            "rank": self.rank,
            "maxRank": self.max_rank,
            "manaCost": self.mana_cost,
            "cooldownMillis": self.cooldown_millis,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                player_id=payload["playerId"],
                name=payload["name"],
                rank=payload["rank"],
                max_rank=payload["maxRank"],
                mana_cost=payload["manaCost"],
                cooldown_millis=payload["cooldownMillis"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetenceAmelioree(TypedEvent):
    """A skill reached its next rank.

    CompetenceAmelioree 1.0, on the topic game.competence.
    """

    event_type: ClassVar[str] = "CompetenceAmelioree"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.competence"
    aggregate_id_field: ClassVar[str | None] = None

    rank: int
    """The rank reached."""
    mana_cost: int
    """Points of mana that a use costs now."""
    cooldown_millis: int
    """How long after a use the next is possible now."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "rank": self.rank,
            "manaCost": self.mana_cost,
            "cooldownMillis": self.cooldown_millis,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                rank=payload["rank"],
                mana_cost=payload["manaCost"],
                cooldown_millis=payload["cooldownMillis"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetenceUtilisee(TypedEvent):
    """A skill was used.

    CompetenceUtilisee 1.0, on the topic game.competence.
    """

    event_type: ClassVar[str] = "CompetenceUtilisee"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.competence"
    aggregate_id_field: ClassVar[str | None] = None

    rank: int
    """The rank at which."""
    target_id: str | None = None
    """Whom it was aimed at; null when at nobody."""
    mana_cost: int
    """Points of mana that it cost."""
    used_at: Timestamp
    """When."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "rank": self.rank,
            "targetId": self.target_id,
            "manaCost": self.mana_cost,
            "usedAt": self.used_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                rank=payload["rank"],
                target_id=payload.get("targetId"),
                mana_cost=payload["manaCost"],
                used_at=payload["usedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CooldownDemarre(TypedEvent):
    """A skill began to rest after a use.

    CooldownDemarre 1.0, on the topic game.competence.
    """

    event_type: ClassVar[str] = "CooldownDemarre"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.competence"
    aggregate_id_field: ClassVar[str | None] = None

    started_at: Timestamp
    """When."""
    ready_at: Timestamp
    """When it can be used again."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "startedAt": self.started_at,
            "readyAt": self.ready_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                started_at=payload["startedAt"],
                ready_at=payload["readyAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PNJCree(TypedEvent):
    """A non-player character came into the world.

    PNJCree 1.0, on the topic game.pnj.
    """

    event_type: ClassVar[str] = "PNJCree"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.pnj"
    aggregate_id_field: ClassVar[str | None] = None

    name: str
    """Its name."""
    role: NpcRole
    """What it is there for."""
    zone_id: str
    """The zone where it lives."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "role": self.role,
            "zoneId": self.zone_id,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                name=payload["name"],
                role=payload["role"],
                zone_id=payload["zoneId"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueDeclenche(TypedEvent):
    """A player spoke with an NPC.

    DialogueDeclenche 1.0, on the topic game.pnj.
    """

    event_type: ClassVar[str] = "DialogueDeclenche"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.pnj"
    aggregate_id_field: ClassVar[str | None] = None

    player_id: str
    """The player."""
    dialogue_id: str
    """What they spoke about."""
    reputation: int
    """What the NPC thought of the player, -100 to 100."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "playerId": self.player_id,
            "dialogueId": self.dialogue_id,
            "reputation": self.reputation,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                player_id=payload["playerId"],
                dialogue_id=payload["dialogueId"],
                reputation=payload["reputation"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CommerceOuvert(TypedEvent):
    """An NPC opened its shop for a player.

    CommerceOuvert 1.0, on the topic game.pnj.
    """

    event_type: ClassVar[str] = "CommerceOuvert"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.pnj"
    aggregate_id_field: ClassVar[str | None] = None

    player_id: str
    """The player."""
    price_percent: int
    """What the player pays, in hundredths of the list price."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "playerId": self.player_id,
            "pricePercent": self.price_percent,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                player_id=payload["playerId"],
                price_percent=payload["pricePercent"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ReputationModifiee(TypedEvent):
    """An NPC thinks better or worse of a player.

    ReputationModifiee 1.0, on the topic game.pnj.
    """

    event_type: ClassVar[str] = "ReputationModifiee"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.pnj"
    aggregate_id_field: ClassVar[str | None] = None

    player_id: str
    """The player."""
    change: int
    """By how much, below zero for worse."""
    reputation: int
    """What it thinks now, -100 to 100."""
    reason: ReputationReason
    """Why."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "playerId": self.player_id,
            "change": self.change,
            "reputation": self.reputation,
            "reason": self.reason,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                player_id=payload["playerId"],
                change=payload["change"],
                reputation=payload["reputation"],
                reason=payload["reason"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdreVenteCree(TypedEvent):
    """A player offers items for sale.

    OrdreVenteCree 1.0, on the topic game.economy.
    """

    event_type: ClassVar[str] = "OrdreVenteCree"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.economy"
    aggregate_id_field: ClassVar[str | None] = None

    order_id: str
    """The order's id."""
    seller_id: str
    """Who sells."""
    item_id: str
    """What the market trades."""
    quantity: int
    """How many."""
    unit_price: int
    """The least that the seller takes for one, in pieces of gold."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "orderId": self.order_id,
            "sellerId": self.seller_id,
            "itemId": self.item_id,
            "quantity": self.quantity,
            "unitPrice": self.unit_price,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                order_id=payload["orderId"],
                seller_id=payload["sellerId"],
                item_id=payload["itemId"],
                quantity=payload["quantity"],
                unit_price=payload["unitPrice"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdreAchatCree(TypedEvent):
    """A player wants to buy items.

    OrdreAchatCree 1.0, on the topic game.economy.
    """

    event_type: ClassVar[str] = "OrdreAchatCree"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.economy"
    aggregate_id_field: ClassVar[str | None] = None

    order_id: str
    """The order's id."""
    buyer_id: str
    """Who buys."""
    item_id: str
    """What the market trades."""
    quantity: int
    """How many."""
    unit_price: int
    """The most that the buyer pays for one, in pieces of gold."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "orderId": self.order_id,
            "buyerId": self.buyer_id,
            "itemId": self.item_id,
            "quantity": self.quantity,
            "unitPrice": self.unit_price,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                order_id=payload["orderId"],
                buyer_id=payload["buyerId"],
                item_id=payload["itemId"],
                quantity=payload["quantity"],
                unit_price=payload["unitPrice"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionExecutee(TypedEvent):
    """A sale and a purchase met.

    TransactionExecutee 1.0, on the topic game.economy.
    """

    event_type: ClassVar[str] = "TransactionExecutee"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.economy"
    aggregate_id_field: ClassVar[str | None] = None

    sell_order_id: str
    """The sale."""
    buy_order_id: str
    """The purchase."""
    seller_id: str
    """Who sold."""
    buyer_id: str
    """Who bought."""
    quantity: int
    """How many."""
    unit_price: int
    """What one cost, in pieces of gold: the price of the older order."""
    total: int
    """What all of them cost, in pieces of gold."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "sellOrderId": self.sell_order_id,
            "buyOrderId": self.buy_order_id,
            "sellerId": self.seller_id,
            "buyerId": self.buyer_id,
            "quantity": self.quantity,
            "unitPrice": self.unit_price,
            "total": self.total,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                sell_order_id=payload["sellOrderId"],
                buy_order_id=payload["buyOrderId"],
                seller_id=payload["sellerId"],
                buyer_id=payload["buyerId"],
                quantity=payload["quantity"],
                unit_price=payload["unitPrice"],
                total=payload["total"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdreCancelled(TypedEvent):
    """What was left of an order was taken back.

    OrdreCancelled 1.0, on the topic game.economy.
    """

    event_type: ClassVar[str] = "OrdreCancelled"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.economy"
    aggregate_id_field: ClassVar[str | None] = None

    order_id: str
    """The order."""
    side: OrderSide
    """Which side it was on."""
    remaining: int
    """How many had not been traded."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "orderId": self.order_id,
            "side": self.side,
            "remaining": self.remaining,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                order_id=payload["orderId"],
                side=payload["side"],
                remaining=payload["remaining"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PrixMisAJour(TypedEvent):
    """The price of the last trade is another than before.

    PrixMisAJour 1.0, on the topic game.economy.
    """

    event_type: ClassVar[str] = "PrixMisAJour"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.economy"
    aggregate_id_field: ClassVar[str | None] = None

    previous_price: int | None = None
    """The price before, in pieces of gold; null before the first trade."""
    price: int
    """The price now, in pieces of gold."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "previousPrice": self.previous_price,
            "price": self.price,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                previous_price=payload.get("previousPrice"),
                price=payload["price"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class EvenementMondialDeclenche(TypedEvent):
    """Something began that the whole world notices.

    EvenementMondialDeclenche 1.0, on the topic game.worldstate.
    """

    event_type: ClassVar[str] = "EvenementMondialDeclenche"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.worldstate"
    aggregate_id_field: ClassVar[str | None] = None

    name: str
    """Its name."""
    kind: WorldEventKind
    """What it is. A drought halves the resources of every zone."""
    starts_at: Timestamp
    """When it begins."""
    ends_at: Timestamp
    """When it is over."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind,
            "startsAt": self.starts_at,
            "endsAt": self.ends_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                name=payload["name"],
                kind=payload["kind"],
                starts_at=payload["startsAt"],
                ends_at=payload["endsAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneDecouverte(TypedEvent):
    """A zone was seen for the first time.

    ZoneDecouverte 1.0, on the topic game.worldstate.
    """

    event_type: ClassVar[str] = "ZoneDecouverte"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.worldstate"
    aggregate_id_field: ClassVar[str | None] = None

    zone_id: str
    """The zone."""
    name: str
    """Its name."""
    player_id: str
    """Who found it."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "zoneId": self.zone_id,
            "name": self.name,
            "playerId": self.player_id,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                zone_id=payload["zoneId"],
                name=payload["name"],
                player_id=payload["playerId"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class BossVaincu(TypedEvent):
    """A boss was beaten.

    BossVaincu 1.0, on the topic game.worldstate.
    """

    event_type: ClassVar[str] = "BossVaincu"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.worldstate"
    aggregate_id_field: ClassVar[str | None] = None

    boss_id: str
    """The boss."""
    zone_id: str
    """Where it lives."""
    player_ids: list[str]
    """Who beat it."""
    defeated_at: Timestamp
    """When."""
    respawn_at: Timestamp
    """When it is back."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "bossId": self.boss_id,
            "zoneId": self.zone_id,
            "playerIds": self.player_ids,
            "defeatedAt": self.defeated_at,
            "respawnAt": self.respawn_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                boss_id=payload["bossId"],
                zone_id=payload["zoneId"],
                player_ids=payload["playerIds"],
                defeated_at=payload["defeatedAt"],
                respawn_at=payload["respawnAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class RessourceRegeneree(TypedEvent):
    """A resource grew again.

    RessourceRegeneree 1.0, on the topic game.worldstate.
    """

    event_type: ClassVar[str] = "RessourceRegeneree"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "game.worldstate"
    aggregate_id_field: ClassVar[str | None] = None

    zone_id: str
    """The zone."""
    resource: str
    """What grew."""
    amount: int
    """How much."""
    available: int
    """How much there is now."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "zoneId": self.zone_id,
            "resource": self.resource,
            "amount": self.amount,
            "available": self.available,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                zone_id=payload["zoneId"],
                resource=payload["resource"],
                amount=payload["amount"],
                available=payload["available"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error
