"""Replaying streams over HTTP: looked at first, then published once more."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from confluent_kafka import Consumer, TopicPartition

from headrace.kafka import describe_topics, ensure_topic
from headrace.settings import Settings
from tests.integration.api.store_support import Player
from tests.integration.api.support import fields_of, is_problem

pytestmark = pytest.mark.integration


@pytest.fixture
async def player(client: httpx.AsyncClient) -> Player:
    made = Player(client)
    await made.create(4)
    return made


@pytest.fixture
def topic(settings: Settings) -> str:
    name = f"replays-{uuid4()}"
    ensure_topic(settings.kafka, name, partitions=1, config={})
    for _ in range(100):  # the broker learns of it after the controller
        if describe_topics(settings.kafka, [name]):
            return name
    raise AssertionError(name)


@pytest.fixture
def consumer(settings: Settings) -> Iterator[Consumer]:
    made = Consumer(
        {
            "bootstrap.servers": settings.kafka.brokers,
            "group.id": "test-replays",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    yield made
    made.close()


async def _replay(player: Player, **body: object) -> httpx.Response:
    return await player.client.post(f"/api/events/replay/{player.stream}", json=body)


@pytest.mark.covers("S1-4")
async def test_a_dry_run_tells_what_it_would_do_and_does_nothing(
    player: Player, topic: str, consumer: Consumer
) -> None:
    state = (await player.state()).json()["state"]
    for body in ({}, {"topic": topic}):
        told = (await _replay(player, **body)).json()
        assert told == {
            "streamId": player.stream,
            "dryRun": True,
            "topic": body.get("topic", "game.joueur"),
            "fromVersion": 1,
            "toVersion": 5,
            "events": 5,
            "eventTypes": {"JoueurCree": 1, "ExperienceGagnee": 4},
            "nextVersion": None,
            "state": state,
            "check": {"consistent": True, "replayedEvents": 5},
        }
    bare = await player.client.post(f"/api/events/replay/{player.id}")
    assert bare.json()["dryRun"] is True
    assert consumer.get_watermark_offsets(TopicPartition(topic, 0), 20) == (0, 0)


@pytest.mark.covers("S1-4")
async def test_events_are_published_again_in_order_under_their_ids(
    player: Player, topic: str, consumer: Consumer
) -> None:
    made = (await _replay(player, topic=topic, dryRun=False, fromVersion=2)).json()
    assert (made["events"], made["fromVersion"], made["toVersion"]) == (4, 2, 5)
    consumer.assign([TopicPartition(topic, 0, 0)])
    records = consumer.consume(4, 20)
    events = (await player.read(fromVersion=2)).json()["events"]
    headers = [dict(record.headers() or []) for record in records]
    assert [each["eventId"].decode() for each in headers] == [each["eventId"] for each in events]
    assert {each["replay"].decode() for each in headers} == {made["replayId"]}
    assert {record.key() for record in records} == {player.id.encode()}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"topic": "voyage.flight.selected"}, "topic"),
        ({"topic": "_schemas"}, "topic"),
        ({"topic": "headrace-archive.dlq"}, "topic"),
        ({"topic": "no-such-topic"}, "topic"),
        ({"topic": ""}, "topic"),
        ({"dryRun": False}, "topic"),
        ({"topic": "a b"}, "topic"),
        ({"projection": "heroes"}, "projection"),
        ({"dryRun": "no"}, "dryRun"),
        ({"fromVersion": 6}, "fromVersion"),
        ({"fromVersion": 3, "toVersion": 2}, "fromVersion"),
        ({"toVersion": 0}, "toVersion"),
    ],
)
async def test_a_wrong_replay_is_refused_by_field(
    player: Player, body: dict[str, object], field: str
) -> None:
    assert fields_of(is_problem(await _replay(player, **body), 422)) == [field]


async def test_a_stream_that_is_not_there_is_not_replayed(client: httpx.AsyncClient) -> None:
    is_problem(await _replay(Player(client)), 404)
