"""Appending to the event store over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from api.callers import new_key
from headrace.clock import SystemClock
from headrace.ids import uuid7
from headrace.settings import Settings
from tests.integration.api.store_support import BORN, Player, born, gained
from tests.integration.api.support import CATALOG, fields_of, is_problem, served

pytestmark = pytest.mark.integration


@pytest.fixture
def player(client: httpx.AsyncClient) -> Player:
    return Player(client)


async def test_an_append_tells_versions_and_the_next_condition(player: Player) -> None:
    made = await player.append([born(), gained(5, 5)], If_None_Match="*")
    assert made.status_code == 201
    assert made.headers["ETag"] == '"2"'
    assert made.headers["Location"] == f"/api/events/stream/{player.stream}"
    body = made.json()
    assert [each["version"] for each in body["events"]] == [1, 2]
    assert (body["version"], body["repeated"], body["aggregateId"]) == (2, False, player.id)
    following = await player.append(gained(5, 10), If_Match=made.headers["ETag"])
    assert (following.status_code, following.json()["version"]) == (201, 3)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_Match": '"1"'}, 412),
        ({"If_Match": "1"}, 412),
        ({"If_None_Match": "*"}, 412),
        ({"If_Match": '"0"'}, 412),
        ({"If_Match": '"2"'}, 201),
        ({"If_Match": "*"}, 201),
    ],
)
async def test_a_condition_that_does_not_hold_is_told_the_actual_version(
    player: Player, headers: dict[str, str], status: int
) -> None:
    await player.create(1)
    answer = await player.append(gained(5, 6), **headers)
    assert answer.status_code == status
    if status == 412:
        problem = is_problem(answer, 412)
        assert problem["actualVersion"] == 2
        assert problem["type"] == "urn:headrace:problem:version-conflict"
        assert answer.headers["ETag"] == '"2"'


async def test_an_append_without_a_condition_is_asked_for_one(player: Player) -> None:
    problem = is_problem(await player.append(born()), 428)
    assert "If-None-Match: *" in problem["detail"]
    path = f"/api/streams/{player.stream}?expected=any"
    assert (await player.append(born(), path)).status_code == 201
    assert (await player.append(gained(1, 1), path)).status_code == 201


async def test_versions_in_the_events_are_a_condition_too(player: Player) -> None:
    first = await player.append([born(version=1), gained(1, 1, version=2)])
    assert first.status_code == 201
    problem = is_problem(await player.append(gained(1, 2, version=2)), 409)
    assert (problem["expectedVersion"], problem["actualVersion"]) == (1, 2)
    assert (await player.append(gained(1, 2, version=3), If_Match='"2"')).status_code == 201
    apart = await player.append([gained(1, 3, version=4), gained(1, 4, version=6)])
    assert fields_of(is_problem(apart, 422)) == ["[1].metadata.version"]
    other = await player.append(gained(1, 3, version=4), If_Match='"2"')
    assert fields_of(is_problem(other, 422)) == ["metadata.version"]


async def test_the_same_events_again_are_stored_once(player: Player) -> None:
    event = born() | {"eventId": str(uuid7(SystemClock()))}
    assert (await player.append(event, If_None_Match="*")).status_code == 201
    again = await player.append(event, If_None_Match="*")
    assert (again.status_code, again.json()["repeated"], again.json()["version"]) == (200, True, 1)
    changed = event | {"eventData": event["eventData"] | {"username": "Eve"}}
    problem = is_problem(await player.append(changed, If_Match='"1"'), 409)
    assert problem["type"] == "urn:headrace:problem:duplicate-event"
    assert fields_of(problem) == ["eventId"]
    assert len((await player.read()).json()["events"]) == 1


async def test_a_stream_may_be_named_by_its_id_alone(player: Player) -> None:
    path = f"/api/streams/{player.id.upper()}"
    made = await player.append(born(), path, If_None_Match="*")
    assert made.json()["streamId"] == player.stream
    wrong = await player.append(gained(1, 1), f"/api/streams/Combat-{player.id}", If_Match="*")
    assert "aggregateType" in fields_of(is_problem(wrong, 422))


async def test_the_correlation_may_come_in_the_header(player: Player) -> None:
    event = born()
    del event["metadata"]
    missing = is_problem(await player.append(event, If_None_Match="*"), 422)
    assert fields_of(missing) == ["metadata.correlationId"]
    made = await player.append(event, If_None_Match="*", X_Correlation_ID="mine")
    assert made.status_code == 201
    (read,) = (await player.read()).json()["events"]
    assert read["metadata"]["correlationId"] == "mine"


async def test_a_batch_is_all_or_none_and_tells_which_event_is_wrong(player: Player) -> None:
    bad = gained(1, 1)
    bad["eventData"]["total"] = "one"
    refused = is_problem(await player.append([born(), bad], If_None_Match="*"), 422)
    assert fields_of(refused) == ["[1].eventData.total"]
    is_problem(await player.read(), 404)


async def test_lines_are_taken_as_well(client: httpx.AsyncClient, player: Player) -> None:
    body = b"\n".join(map(orjson.dumps, [born(), gained(1, 1)]))
    made = await client.post(
        f"/api/streams/{player.stream}",
        content=body,
        headers={"Content-Type": "application/x-ndjson", "If-None-Match": "*"},
    )
    assert made.json()["version"] == 2


def _but(**fields: Any) -> dict[str, Any]:
    return born() | fields


BAD = [
    ("unknown type", _but(eventType="JoueurCre"), "eventType"),
    ("a type that is published", _but(eventType="user.deleted"), "eventType"),
    ("another aggregate's type", _but(eventType="BossVaincu"), "aggregateType"),
    ("a schema version that is not", born(schemaVersion="9.0"), "metadata.schemaVersion"),
    ("the envelope's name", _but(payload={}), "payload"),
    ("no data", _but(eventData=None), "eventData"),
    ("an id that is none", _but(eventId="x"), "eventId"),
    ("an id without a time", _but(eventId=str(UUID(int=5))), "metadata.timestamp"),
    ("an aggregate that is another", _but(aggregateId=str(uuid4())), "aggregateId"),
    ("a type that is another", _but(aggregateType="Combat"), "aggregateType"),
    ("a time in words", born(timestamp="yesterday"), "metadata.timestamp"),
    ("a version that is the schema's", born(version="1.0"), "metadata.version"),
    ("a version below one", born(version=0), "metadata.version"),
    ("metadata that is a list", _but(metadata=[]), "metadata"),
    ("a NUL", _but(eventData=BORN | {"username": "a\0b"}), "eventData.username"),
    ("a NUL in metadata", born(note="a\0b"), "metadata"),
    ("no object", 7, "event"),
]


@pytest.mark.parametrize(("case", "body", "field"), BAD, ids=lambda each: str(each)[:30])
async def test_a_wrong_event_is_refused_by_field(
    player: Player, case: str, body: Any, field: str
) -> None:
    problem = is_problem(await player.append(body, If_None_Match="*"), 422)
    assert any(each.startswith(field) for each in fields_of(problem)), problem
    is_problem(await player.read(), 404)


async def test_too_much_at_once_is_refused(player: Player) -> None:
    large = born(note="x" * 1_000_001)
    assert is_problem(await player.append(large, If_None_Match="*"), 413)["type"].endswith(
        "event-too-large"
    )
    many = [gained(1, n) for n in range(1_001)]
    assert is_problem(await player.append(many, If_None_Match="*"), 413)["type"].endswith(
        "batch-too-large"
    )
    assert is_problem(await player.append([], If_None_Match="*"), 422)["type"].endswith(
        "empty-batch"
    )


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ({"If-Match": 'W/"1"'}, "If-Match"),
        ({"If-Match": '"1", "2"'}, "If-Match"),
        ({"If-Match": '"99999999999"'}, "If-Match"),
        ({"If-Match": '"-1"'}, "If-Match"),
        ({"If-None-Match": '"1"'}, "If-None-Match"),
        ({"If-None-Match": "*", "If-Match": "*"}, "If-None-Match"),
    ],
)
async def test_a_condition_that_says_nothing_is_refused(
    player: Player, headers: dict[str, str], field: str
) -> None:
    answer = await player.client.post(f"/api/streams/{player.stream}", json=born(), headers=headers)
    assert fields_of(is_problem(answer, 422)) == [field]


@pytest.mark.parametrize("stream_id", ["x", "Joueur", "-" + "0" * 36, "Joueur_1", "a" * 300, "%00"])
async def test_a_stream_id_that_is_none_is_refused(
    client: httpx.AsyncClient, stream_id: str
) -> None:
    made = await client.post(f"/api/streams/{stream_id}?expected=any", json=born())
    assert fields_of(is_problem(made, 422)) == ["streamId"]
    for path, name in (("stream", "streamId"), ("state", "aggregateId")):
        read = await client.get(f"/api/events/{path}/{stream_id}")
        assert fields_of(is_problem(read, 422)) == [name]
    replayed = await client.post(f"/api/events/replay/{stream_id}")
    assert fields_of(is_problem(replayed, 422)) == ["streamId"]


async def test_a_body_of_another_kind_is_refused(player: Player) -> None:
    path = f"/api/streams/{player.stream}?expected=any"
    for content, kind, status in (
        (b"{}", "text/plain", 415),
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b"[" * 70 + b"]" * 70, "application/json", 400),
    ):
        headers = {"Content-Type": kind}
        is_problem(await player.client.post(path, content=content, headers=headers), status)
    is_problem(await player.append(born(), f"{path}&expected=any"), 422)
    is_problem(await player.append(born(), f"/api/streams/{player.stream}?expected=7"), 422)
    is_problem(await player.append(born(), f"/api/streams/{player.stream}?a=b"), 422)


async def test_only_the_token_opens_the_store(settings: Settings, player: Player) -> None:
    made = new_key("frontend", CATALOG)
    key, digest = made["key"], made["setting"].rpartition(":")[2]
    with_key = settings.model_copy(update={"publish_keys": {"frontend": digest}})
    async with served(with_key) as client:
        for bearer, status in ((key, 403), ("wrong", 401)):
            client.headers["Authorization"] = f"Bearer {bearer}"
            other = Player(client, player.id)
            is_problem(await other.append(born(), If_None_Match="*"), status)
            is_problem(await other.read(), status)
            is_problem(await other.state(), status)
            is_problem(await client.get("/api/events/all"), status)
            is_problem(await client.post(f"/api/events/replay/{other.stream}"), status)


async def test_the_examples_of_the_document_are_taken(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    for path, method in (
        ("/api/streams/{streamId}", "post"),
        ("/api/events/stream/{streamId}", "get"),
        ("/api/events/all", "get"),
        ("/api/events/state/{aggregateId}", "get"),
        ("/api/events/replay/{streamId}", "post"),
    ):
        operation = document["paths"][path][method]
        assert {"401", "403", "503"} <= set(operation["responses"])
        names = [each["name"] for each in operation["parameters"]]
        assert len(names) == len(set(names))
    body = document["paths"]["/api/streams/{streamId}"]["post"]["requestBody"]
    examples = body["content"]["application/json"]["examples"]
    for example in (each["value"] for each in examples.values()):
        event = example[0] if isinstance(example, list) else example
        path = f"/api/streams/Joueur-{event['aggregateId']}"
        made = await Player(client).append(example, path, If_None_Match="*")
        assert made.status_code in (200, 201), made.text
