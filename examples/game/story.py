"""What happens in the game: every player is a task, and all of them play at once."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from domains.game import EQUIPMENT, INVENTORY, ITEM, NPC, PLAYER, QUEST, SKILL, WORLD
from domains.game.equipment import CreateEquipment, Enchant, RepairEquipment, UpgradeEquipment
from domains.game.inventory import AddItem, EquipItem, UseItem
from domains.game.item import ChangeProperties, CreateItem
from domains.game.npc import ChangeReputation, CreateNpc, OpenTrade, Speak
from domains.game.player import CreatePlayer, GainExperience, SpendStatPoints
from domains.game.quest import (
    AcceptQuest,
    ClaimReward,
    CompleteQuest,
    CreateQuest,
    ProgressObjective,
)
from domains.game.skill import ImproveSkill, LearnSkill, UseSkill
from domains.game.world import (
    DefeatBoss,
    DiscoverZone,
    RegenerateResource,
    TriggerWorldEvent,
)
from examples.game.fights import DRAGON, WOLF, fight
from examples.game.game import Game
from examples.game.market import POTION, buy, sell
from headrace.clock import Clock
from headrace.events.game import (
    Enchantment,
    ExperienceSource,
    Fighter,
    HeldItem,
    Objective,
    PlayerClass,
    Reward,
)

CLASSES: tuple[PlayerClass, ...] = ("Guerrier", "Mage", "Archer", "Voleur", "Pretre")
ZONES = ("foret", "mine", "marais", "plage", "donjon")
ROUNDS = 3
POTIONS, SOLD = 12, 2
"""What a player begins with, and offers in a round: never more than it holds."""


@dataclass
class Shared:
    """The aggregates that everybody acts on, and what was used up."""

    world: UUID
    merchant: UUID
    market: UUID
    quests: list[UUID]
    inventories: list[UUID] = field(default_factory=list)
    potions_drunk: int = 0
    trades: int = 0


@dataclass(frozen=True, slots=True)
class Hero:
    number: int
    id: UUID
    inventory: UUID
    skill: UUID
    blade: UUID
    max_health: int

    @property
    def fighter(self) -> Fighter:
        return Fighter(
            fighter_id=str(self.id), team=1, health=self.max_health, max_health=self.max_health
        )


async def play(game: Game, clock: Clock, players: int) -> Shared:
    """The whole game, from the making of the world to the dragon's end."""
    shared = await _world(game, clock, players)
    heroes = await asyncio.gather(*(_hero(game, shared, n) for n in range(players)))
    await asyncio.gather(*(_adventure(game, clock, shared, hero) for hero in heroes))
    await _dragon(game, clock, shared, heroes)
    return shared


async def _world(game: Game, clock: Clock, players: int) -> Shared:
    now = clock.now()
    feast = TriggerWorldEvent(
        name="Fête", kind="festival", starts_at=now, ends_at=now + timedelta(days=1)
    )
    wolves = CreateQuest(
        title="Les loups",
        objectives=(Objective(objective_id="loups", description="Défaire les loups", target=2),),
        reward=Reward(experience=150, gold=20, item_ids=[]),
    )
    return Shared(
        world=await game.made(WORLD, feast),
        merchant=await game.made(NPC, CreateNpc(name="Aldric", role="merchant", zone_id="village")),
        market=uuid4(),
        quests=[await game.made(QUEST, wolves) for _ in range(max(1, players // 2))],
    )


async def _hero(game: Game, shared: Shared, number: int) -> Hero:
    """A player with potions, a skill, and a sword that is worn."""
    name = CreatePlayer(username=f"Joueur {number}", player_class=CLASSES[number % len(CLASSES)])
    player_id = await game.made(PLAYER, name)
    inventory = await game.made(INVENTORY, AddItem(item=POTION, quantity=POTIONS))
    shared.inventories.append(inventory)
    learn = LearnSkill(
        player_id=str(player_id), name="Frappe", max_rank=3, mana_cost=1, cooldown_millis=0
    )
    sword = CreateItem(name="Épée", kind="weapon", properties={"damage": 3})
    item = await game.made(ITEM, sword)
    await game.act(ITEM, item, ChangeProperties(changes={"damage": 4 + number}))
    held = HeldItem(item_id=str(item), name="Épée", slot="main_hand", consumable=False)
    await game.act(INVENTORY, inventory, AddItem(item=held))
    await game.act(INVENTORY, inventory, EquipItem(item_id=str(item)))
    made = CreateEquipment(item_id=str(item), slot="main_hand", max_durability=100)
    player = await game.state(PLAYER, player_id)
    return Hero(
        number=number,
        id=player_id,
        inventory=inventory,
        skill=await game.made(SKILL, learn),
        blade=await game.made(EQUIPMENT, made),
        max_health=player.stats.health,
    )


async def _adventure(game: Game, clock: Clock, shared: Shared, hero: Hero) -> None:
    zone = ZONES[hero.number % len(ZONES)]
    found = DiscoverZone(zone_id=zone, name=zone.capitalize(), player_id=str(hero.id))
    await game.act(WORLD, shared.world, found)
    await _visit(game, shared, hero)
    quest = shared.quests[hero.number % len(shared.quests)]
    accept = AcceptQuest(player_id=str(hero.id), player_level=1, at=clock.now())
    has_quest = await game.act(QUEST, quest, accept) is not None
    for number in range(ROUNDS):
        await _trade(game, shared, hero, number)
        won = await _hunt(game, clock, shared, hero, zone)
        if won and has_quest:
            wolf = ProgressObjective(objective_id="loups", amount=1, at=clock.now())
            await game.act(QUEST, quest, wolf)
    if has_quest:
        await _finish(game, clock, hero, quest)
    await _improve(game, hero)


async def _visit(game: Game, shared: Shared, hero: Hero) -> None:
    """The merchant has a word for everybody."""
    me = str(hero.id)
    await game.act(NPC, shared.merchant, Speak(player_id=me, dialogue_id="bonjour"))
    await game.act(NPC, shared.merchant, OpenTrade(player_id=me))
    liked = ChangeReputation(player_id=me, change=10, reason="trade")
    await game.act(NPC, shared.merchant, liked)


async def _trade(game: Game, shared: Shared, hero: Hero, number: int) -> None:
    """Every other player sells; prices are spread so that some orders meet and some wait."""
    price = 10 + (hero.number * 7 + number * 3) % 5
    if hero.number % 2:
        shared.trades += await buy(game, shared.market, hero.inventory, 1 + number % 2, price)
    else:
        shared.trades += await sell(game, shared.market, hero.inventory, SOLD, price)


async def _hunt(game: Game, clock: Clock, shared: Shared, hero: Hero, zone: str) -> bool:
    """A wolf; whoever was bitten drinks a potion. Whether it was won."""
    end = await fight(game, zone, [hero.fighter], WOLF)
    me = end.fighters[str(hero.id)]
    if me.health < me.max_health and await game.act(
        INVENTORY, hero.inventory, UseItem(item_id=POTION.item_id)
    ):
        shared.potions_drunk += 1
    await game.act(SKILL, hero.skill, UseSkill(mana=50, at=clock.now()))
    grown = RegenerateResource(zone_id=zone, resource="herbes", amount=1)
    await game.act(WORLD, shared.world, grown)
    if me.standing:
        await _learn(game, hero, 60, "fight")
    return me.standing


async def _finish(game: Game, clock: Clock, hero: Hero, quest: UUID) -> None:
    if await game.act(QUEST, quest, CompleteQuest(at=clock.now())):
        await game.act(QUEST, quest, ClaimReward(player_id=str(hero.id)))
        await _learn(game, hero, 150, "quest")


async def _improve(game: Game, hero: Hero) -> None:
    """Points, the skill, the blade; what is not earned yet is refused."""
    await game.act(PLAYER, hero.id, SpendStatPoints(health=3, stamina=2))
    await game.act(SKILL, hero.skill, ImproveSkill())
    await game.act(EQUIPMENT, hero.blade, UpgradeEquipment())
    fire = Enchant(enchantments=(Enchantment(kind="fire", power=2),))
    await game.act(EQUIPMENT, hero.blade, fire)
    await game.act(EQUIPMENT, hero.blade, RepairEquipment(points=5))


async def _learn(game: Game, hero: Hero, amount: int, source: ExperienceSource) -> None:
    await game.act(PLAYER, hero.id, GainExperience(amount=amount, source=source))


async def _dragon(game: Game, clock: Clock, shared: Shared, heroes: list[Hero]) -> None:
    """All together; everybody claims the victory, and one claim counts."""
    party = heroes[:12]
    end = await fight(game, "donjon", [hero.fighter for hero in party], DRAGON)
    victors = tuple(str(hero.id) for hero in party if end.fighters[str(hero.id)].standing)
    if victors and not end.fighters[DRAGON.name].standing:
        beaten = DefeatBoss(
            boss_id=DRAGON.name, zone_id="donjon", player_ids=victors, at=clock.now()
        )
        await asyncio.gather(*(game.act(WORLD, shared.world, beaten) for _ in victors))
    await asyncio.gather(*(_learn(game, hero, 200, "fight") for hero in party))
