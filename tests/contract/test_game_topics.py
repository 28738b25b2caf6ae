"""The game's aggregates and event types are the agreed ones, spelt as agreed."""

import pytest

from headrace.catalog import Catalog, load_catalog
from headrace.catalog.planning import RELAY

AGREED = {
    "Joueur": "JoueurCree ExperienceGagnee NiveauAtteint StatsModifiees ClasseChangee",
    "Combat": "CombatDemarre TourDebute ActionExecutee EffetStatutApplique EffetStatutExpire"
    " DegatsInfliges SoinsRecus CombatTermine",
    "Inventaire": "ItemAjoute ItemRetire ItemEquipe ItemDesequipe ItemUtilise ItemEchange"
    " CapaciteModifiee",
    "Item": "ItemCree ItemModifie ItemDetruit ProprietesModifiees",
    "Equipement": "EquipementCree EquipementAmeliore EquipementRepare EnchantementsAppliques",
    "Quete": "QueteCreee QueteAcceptee ObjectifProgresse ObjectifComplete QueteTerminee"
    " QueteEchouee RecompenseObtenue",
    "Competence": "CompetenceAprise CompetenceAmelioree CompetenceUtilisee CooldownDemarre",
    "PNJ": "PNJCree DialogueDeclenche CommerceOuvert ReputationModifiee",
    "Economy": "OrdreVenteCree OrdreAchatCree TransactionExecutee OrdreCancelled PrixMisAJour",
    "WorldState": "EvenementMondialDeclenche ZoneDecouverte BossVaincu RessourceRegeneree",
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.mark.covers("S4-4")
def test_the_game_has_these_ten_topics_and_52_event_types(catalog: Catalog) -> None:
    topics = {name for name, topic in catalog.topics.items() if topic.domain == "game"}
    assert topics == {f"game.{aggregate.lower()}" for aggregate in AGREED}
    assert len(topics) == 10
    types = {name for name, each in catalog.event_types.items() if each.domain == "game"}
    assert types == {name for names in AGREED.values() for name in names.split()}
    assert len(types) == 52


@pytest.mark.parametrize("aggregate", AGREED)
def test_an_aggregate_s_events_travel_on_its_topic_published_by_the_relay(
    catalog: Catalog, aggregate: str
) -> None:
    topic = catalog.topic(f"game.{aggregate.lower()}")
    assert topic.aggregate_type == aggregate
    assert topic.event_types == tuple(AGREED[aggregate].split())
    assert (topic.authority, topic.key, topic.producers) == ("store", "aggregateId", (RELAY,))
    assert topic.aggregate_id is None, "the stream names the aggregate, payloads do not repeat it"


@pytest.mark.covers("S4-4")
def test_a_new_player_s_payload_is_the_documented_one(catalog: Catalog) -> None:
    version = catalog.event_type("JoueurCree").version("1.0")
    assert version.example == {
        "username": "Aventurier",
        "class": "Guerrier",
        "level": 1,
        "baseStats": {"health": 100, "mana": 50, "stamina": 80},
    }
    assert [field["name"] for field in version.payload["fields"]] == list(version.example)
