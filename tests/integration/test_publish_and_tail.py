"""The commands that write to Kafka and look into it."""

import asyncio
import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headrace import SyncProducer
from headrace.catalog import Catalog, load_catalog
from headrace.cli import main
from headrace.clock import SystemClock
from headrace.codec import EventEncoder, Registry
from headrace.envelope import Event
from headrace.ids import uuid7
from tests.conftest import Servers
from tests.integration.odd_headers import produce_with_odd_header

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _environment(stack: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def line(number: int, **changes: Any) -> str:
    payload = load_catalog().event_type("voyage.hotel.selected").latest.example
    whole = {
        "eventType": "voyage.hotel.selected",
        "source": "shop",
        "aggregateId": f"hotel-{number}",
        "payload": payload,
    }
    return json.dumps(whole | changes)


def test_what_is_published_is_seen_by_tail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "events.ndjson"
    bad = line(3, payload={"hotelId": 7}), "{", line(4, colour="red")
    file.write_text("\n".join([line(1), "", line(2), *bad, line(5)]))

    assert run("--json", "publish", str(file)) == 1

    out, err = capsys.readouterr()
    summary = json.loads(out)
    assert (summary["published"], summary["refused"]) == (3, 3)
    assert "line 4: payload." in err
    assert "line 5: json: is not JSON" in err
    assert "line 6: colour: is not a field" in err

    assert run("--json", "tail", "--type", "voyage.hotel.*", "--from-beginning", "--until-end") == 0
    seen = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert {each["aggregateId"] for each in seen} == {"hotel-1", "hotel-2", "hotel-5"}

    assert run("tail", "--aggregate", "hotel-2", "--source", "shop", "--from-beginning",
               "--limit", "1") == 0  # fmt: skip
    assert "voyage.hotel.selected  shop  hotel-2" in capsys.readouterr().out


def test_standard_input_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(line(9).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)

    assert run("publish", "-") == 0
    assert capsys.readouterr().out.startswith("published 1 events")


def test_rows_of_a_csv_become_payloads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "views.csv"
    example = load_catalog().event_type("analytics.page.view").latest.example
    columns = [name for name, value in example.items() if not isinstance(value, dict | list)]
    cells = ["" if example[name] is None else str(example[name]) for name in columns]
    file.write_text(",".join([*columns, "shop"]) + "\n" + ",".join([*cells, "acc-1"]) + "\n")

    code = run("publish", str(file), "--type", "analytics.page.view", "--source", "web",
               "--map", "shop=@accountId")  # fmt: skip

    assert (code, capsys.readouterr().err) == (0, "")


def test_a_record_with_headers_that_cannot_be_read_is_shown_and_noted(
    stack: Servers, topics: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    name, encoder = "user.deleted", EventEncoder(topics, Registry(stack.description.settings()))
    example = topics.event_type(name).latest.example
    odd, after = (
        Event(
            event_id=uuid7(),
            event_type=name,
            timestamp=SystemClock().now(),
            version="1.0",
            source="user-service",
            payload=example,
            correlation_id=flow,
        )
        for flow in ("odd-headers", "after-odd-headers")
    )
    asyncio.run(produce_with_odd_header(stack, topics.event_type(name).topic, encoder.encode(odd)))
    with SyncProducer("user-service", settings=stack.description.settings()) as producer:
        producer.publish(after)
        for _ in range(200):  # a reader that has become busy must notice it as well
            producer.publish(replace(after, event_id=uuid7()))
    again = encoder.encode(replace(odd, event_id=uuid7(), correlation_id="odd-once-more"))
    asyncio.run(produce_with_odd_header(stack, topics.event_type(name).topic, again))

    assert run("--json", "tail", "--type", name, "--from-beginning", "--until-end") == 0

    out, err = capsys.readouterr()
    seen = {json.loads(text).get("correlationId") for text in out.splitlines()}
    assert {"odd-headers", "after-odd-headers", "odd-once-more"} <= seen
    assert "a header's name is not UTF-8" in err


def test_topics_create_says_what_it_made(capsys: pytest.CaptureFixture[str]) -> None:
    name = "dreamscape.notification.push.requested"

    assert run("topics", "create", name) == 0
    assert run("topics", "create", name) == 0

    assert capsys.readouterr().out.splitlines()[-1] == f"{name}\texists"
    assert run("topics", "create", "no.such") == 1
    assert "error: topic: the catalog has no topic 'no.such'" in capsys.readouterr().err
