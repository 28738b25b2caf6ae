"""Publishing over HTTP: what 202 says is in Kafka."""

import json
from uuid import UUID, uuid4

import httpx
import pytest

from tests.integration.api.support import (
    CATALOG,
    HEADER,
    NDJSON,
    PAYLOAD,
    Log,
    an_event,
    is_problem,
    publish,
)

pytestmark = pytest.mark.integration


@pytest.mark.covers("S0-1")
async def test_one_event_is_in_kafka_when_202_says_so(client: httpx.AsyncClient, log: Log) -> None:
    event_id = str(uuid4())
    sent = an_event(
        eventId=event_id,
        timestamp="2026-01-02T03:04:05.678901Z",
        aggregateId="u-1",
        metadata={"deep": {"n": 10**4000}},
    )
    answer = await publish(client, sent)
    assert answer.status_code == 202, answer.text
    receipt = answer.json()
    assert receipt["eventId"] == event_id
    assert receipt["topic"] == CATALOG.event_type("user.deleted").topic
    stored = log.read(receipt).event
    assert stored.event_id == UUID(event_id)
    assert stored.payload == PAYLOAD
    assert json.loads(stored.metadata_json) == sent["metadata"]


@pytest.mark.covers("S0-1")
async def test_a_batch_reports_each_refused_event_and_publishes_the_others(
    client: httpx.AsyncClient, log: Log
) -> None:
    batch = [an_event(userId="first"), an_event(payload={}), "no event", an_event(userId="last")]
    answer = await publish(client, batch)
    assert answer.status_code == 202, answer.text
    accepted, refused = answer.json()["accepted"], answer.json()["refused"]
    assert [one["index"] for one in accepted] == [0, 3]
    assert [log.read(one).event.user_id for one in accepted] == ["first", "last"]
    assert [(one["index"], one["status"]) for one in refused] == [(1, 422), (2, 422)]
    assert refused[0]["errors"][0]["field"].startswith("payload.")


async def test_ndjson_is_a_batch_whose_broken_lines_are_refused_alone(
    client: httpx.AsyncClient, log: Log
) -> None:
    good = json.dumps(an_event(userId="line")).encode()
    body = good + b'\n\n{"eventType": \n\xff\xfe\n' + good
    answer = await client.post("/api/events", content=body, headers=NDJSON)
    assert answer.status_code == 202, answer.text
    assert [one["index"] for one in answer.json()["accepted"]] == [0, 3]
    assert [(one["index"], one["status"]) for one in answer.json()["refused"]] == [
        (1, 400),
        (2, 400),
    ]
    assert all(log.read(one).event.user_id == "line" for one in answer.json()["accepted"])


async def test_a_batch_of_which_nothing_is_accepted_is_a_problem(
    client: httpx.AsyncClient,
) -> None:
    problem = is_problem(await publish(client, [an_event(payload={}), 7]), 422)
    assert [one["index"] for one in problem["refused"]] == [0, 1]


async def test_the_correlation_id_arrives_in_the_event_and_leaves_in_the_answer(
    client: httpx.AsyncClient, log: Log
) -> None:
    answer = await publish(client, an_event(), **{HEADER: "order-77"})
    assert answer.headers[HEADER] == "order-77"
    assert log.read(answer.json()).event.correlation_id == "order-77"
    answer = await publish(client, an_event(correlationId="own"), **{HEADER: "order-77"})
    assert log.read(answer.json()).event.correlation_id == "own"


async def test_without_a_correlation_id_the_answer_has_a_new_one_and_the_event_none(
    client: httpx.AsyncClient, log: Log
) -> None:
    answer = await publish(client, an_event())
    assert UUID(answer.headers[HEADER]).version == 7
    assert log.read(answer.json()).event.correlation_id is None
