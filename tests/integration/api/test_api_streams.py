"""Reading the event store over HTTP: streams, all events, states."""

import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from deploy.local.direct import DirectStack
from headrace.clock import SystemClock
from headrace.envelope import Event
from headrace.store import EventStore, Stream
from tests.integration.api.store_support import Player, born, gained
from tests.integration.api.support import fields_of, is_problem

pytestmark = pytest.mark.integration
LINES = {"Accept": "application/x-ndjson"}


@pytest.fixture
def player(client: httpx.AsyncClient) -> Player:
    return Player(client)


def _versions(answer: httpx.Response) -> list[int]:
    return [event["metadata"]["version"] for event in answer.json()["events"]]


@pytest.mark.covers("S1-5")
async def test_an_event_has_the_agreed_form_on_its_way_in_and_out(player: Player) -> None:
    """Every field as it was sent, and what a caller sends again is the same event."""
    sent = {
        "eventId": str(uuid4()),
        "eventType": "JoueurCree",
        "aggregateId": player.id,
        "aggregateType": "Joueur",
        "eventData": born()["eventData"],
        "metadata": {
            "timestamp": "2024-01-15T14:30:00.123456Z",
            "version": 1,
            "correlationId": "corr-789",
            "causationId": "cause-012",
            "userId": "user-123",
            "sessionId": "session-456",
            "ipAddress": "192.168.1.1",
            "large": 123456789012345678901234567890,
        },
    }
    assert (await player.append(sent)).status_code == 201
    (read,) = (await player.read()).json()["events"]
    assert {name: read[name] for name in sent if name != "metadata"} == {
        name: value for name, value in sent.items() if name != "metadata"
    }
    own = {"schemaVersion": "1.0", "source": "api"}
    assert read["metadata"] == sent["metadata"] | own
    assert read["stored"]["sequence"] > 0
    again = await player.append(read)
    assert (again.status_code, again.json()["repeated"]) == (200, True)


async def test_optional_fields_that_an_event_has_not_are_left_out(player: Player) -> None:
    await player.create()
    (read,) = (await player.read()).json()["events"]
    assert set(read["metadata"]) == {
        *("timestamp", "version", "correlationId", "schemaVersion", "source")
    }


@pytest.mark.covers("S1-4")
async def test_a_stream_is_read_by_version_in_pages(player: Player) -> None:
    await player.create(9)
    whole = await player.read()
    assert whole.headers["ETag"] == '"10"'
    assert _versions(whole) == list(range(1, 11))
    assert (whole.json()["version"], whole.json()["nextVersion"]) == (10, None)
    found, first = [], 1
    while first:
        page = await player.read(fromVersion=first, toVersion=8, limit=3)
        found += _versions(page)
        first = page.json()["nextVersion"]
    assert found == list(range(1, 9))
    back = await player.read(backwards="true", fromVersion=2, toVersion=9, limit=5)
    assert (_versions(back), back.json()["nextVersion"]) == ([9, 8, 7, 6, 5], 4)
    assert _versions(await player.read(fromVersion=11)) == []


async def test_a_stream_that_has_not_changed_is_not_sent_again(player: Player) -> None:
    await player.create(1)
    url = f"/api/events/stream/{player.stream}"
    for tag in ('"2"', 'W/"2"', '"7", "2"', "*"):
        answer = await player.client.get(url, headers={"If-None-Match": tag})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["ETag"] == '"2"'
    await player.append(gained(1, 2), If_Match='"2"')
    answer = await player.client.get(url, headers={"If-None-Match": '"2"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"3"')


async def test_a_long_stream_comes_whole_as_lines(player: Player) -> None:
    for part in range(3):
        gains = [gained(1, part * 900 + n) for n in range(900)]
        path = f"/api/streams/{player.stream}?expected=any"
        assert (await player.append(gains, path)).status_code == 201
    url = f"/api/events/stream/{player.stream}"
    lines = (await player.client.get(url, headers=LINES)).text.splitlines()
    assert [json.loads(line)["metadata"]["version"] for line in lines] == list(range(1, 2_701))
    page = (await player.read()).json()
    assert (len(page["events"]), page["nextVersion"]) == (1_000, 1_001)
    some = await player.client.get(f"{url}?backwards=true&limit=1500", headers=LINES)
    numbers = [json.loads(line)["metadata"]["version"] for line in some.text.splitlines()]
    assert numbers == list(range(2_700, 1_200, -1))


async def test_a_stream_that_is_not_there_is_a_404(player: Player) -> None:
    assert is_problem(await player.read(), 404)["type"].endswith("no-such-stream")
    is_problem(await player.state(), 404)
    await player.create()
    other = await player.client.get(f"/api/events/stream/Combat-{player.id}")
    is_problem(other, 404)


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"fromVersion": "0"}, "fromVersion"),
        ({"fromVersion": "x"}, "fromVersion"),
        ({"fromVersion": "9" * 30}, "fromVersion"),
        ({"fromVersion": "5", "toVersion": "4"}, "toVersion"),
        ({"limit": "0"}, "limit"),
        ({"backwards": "yes"}, "backwards"),
        ({"version": "1"}, "version"),
    ],
)
async def test_a_wrong_parameter_is_named(
    player: Player, parameters: dict[str, str], field: str
) -> None:
    assert fields_of(is_problem(await player.read(**parameters), 422)) == [field]


@pytest.mark.covers("S1-4")
async def test_all_events_are_read_in_order_and_the_cursor_goes_on(player: Player) -> None:
    client = player.client
    end = (await client.get("/api/events/all", params={"backwards": "true", "limit": "1"})).json()
    await player.create(4)
    other = Player(client)
    await other.create(1)
    cursor: str | None = None
    found: list[dict[str, Any]] = []
    more = True
    while more:
        parameters = {"limit": "1000"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api/events/all", params=parameters)).json()
        found, cursor, more = found + page["events"], page["cursor"], page["more"]
    mine = [each for each in found if each["aggregateId"] in (player.id, other.id)]
    assert [each["metadata"]["version"] for each in mine] == [1, 2, 3, 4, 5, 1, 2]
    assert len({each["eventId"] for each in found}) == len(found)
    assert len(end["events"]) <= 1
    nothing = (await client.get("/api/events/all", params={"cursor": cursor or ""})).json()
    assert (nothing["events"], nothing["more"]) == ([], False)
    await player.append(gained(1, 5), If_Match='"5"')
    later = await client.get("/api/events/all", params={"cursor": nothing["cursor"]}, headers=LINES)
    (line,) = later.text.splitlines()
    assert json.loads(line)["metadata"]["version"] == 6
    assert later.headers["X-More"] == "false"
    assert later.headers["X-Next-Cursor"] != nothing["cursor"]


async def test_all_events_of_some_types(player: Player) -> None:
    await player.create()
    parameters = {"aggregateType": ["Combat", "Item"], "limit": "1000"}
    page = (await player.client.get("/api/events/all", params=parameters)).json()
    assert {each["aggregateType"] for each in page["events"]} <= {"Combat", "Item"}
    unknown = await player.client.get("/api/events/all", params={"aggregateType": "Player"})
    assert fields_of(is_problem(unknown, 422)) == ["aggregateType"]


@pytest.mark.parametrize("cursor", ["x", "", "%%%", "e30", "eyJ2IjoxfQ", "a" * 500, "é"])
async def test_a_cursor_that_is_none_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    answer = await client.get("/api/events/all", params={"cursor": cursor})
    assert fields_of(is_problem(answer, 422)) == ["cursor"]


@pytest.mark.covers("S1-4")
async def test_a_state_is_rebuilt_from_a_snapshot_and_checked(player: Player) -> None:
    await player.create(60)
    first = (await player.state()).json()
    assert first["state"]["experience"] == 60
    assert (first["version"], first["snapshotVersion"]) == (61, None)
    await player.append(gained(1, 61), If_Match='"61"')
    second = await player.state(check="true")
    assert second.headers["ETag"] == '"62"'
    assert second.json() == {
        "aggregateId": player.id,
        "aggregateType": "Joueur",
        "version": 62,
        "state": first["state"] | {"experience": 61},
        "snapshotVersion": 61,
        "check": {"consistent": True, "replayedEvents": 62},
    }


@pytest.mark.covers("S1-4")
async def test_a_snapshot_that_lies_is_found_out(player: Player, stack: DirectStack) -> None:
    await player.create(60)
    await player.state()
    with psycopg.connect(stack.admin_url.replace("/postgres", "/headrace")) as admin:
        admin.execute(
            "UPDATE store.snapshots SET state = jsonb_set(state, '{experience}', '7') "
            "WHERE aggregate_id = %s",
            [player.id],
        )
    body = (await player.state(check="true")).json()
    assert body["state"]["experience"] == 7
    assert body["check"]["consistent"] is False
    assert body["check"]["replayedState"]["experience"] == 60


async def test_a_state_of_a_version_or_a_time(player: Player) -> None:
    times = ("2024-01-15T10:00:00Z", "2024-01-15T11:00:00Z")
    await player.append(
        [born(timestamp=times[0]), gained(7, 7, timestamp=times[1])], If_None_Match="*"
    )
    earlier = (await player.state(version=1)).json()
    assert (earlier["version"], earlier["state"]["experience"]) == (1, 0)
    at = {"at": "2024-01-15T10:59:59.999999Z"}
    assert (await player.state(**at)).json()["version"] == 1
    assert (await player.state(at=times[1])).json()["state"]["experience"] == 7
    is_problem(await player.state(version=3), 404)
    is_problem(await player.state(at="2023-01-01T00:00:00Z"), 404)
    both = await player.state(version=1, at=times[0])
    assert fields_of(is_problem(both, 422)) == ["at"]
    for name, value in (("at", "yesterday"), ("version", "0"), ("check", "1")):
        assert fields_of(is_problem(await player.state(**{name: value}), 422)) == [name]


async def test_an_event_without_correlation_shows_its_own_id(
    player: Player, stack: DirectStack
) -> None:
    """A program may append one; at this edge the correlation is never missing."""
    event = Event(
        event_id=uuid4(),
        event_type="JoueurCree",
        timestamp=SystemClock().now(),
        version="1.0",
        source="tests",
        payload=born()["eventData"],
    )
    with EventStore(stack.store_database_url, source="tests") as store:
        store.append(Stream("Joueur", UUID(player.id)), [event])
    (read,) = (await player.read()).json()["events"]
    assert read["metadata"]["correlationId"] == str(event.event_id)
