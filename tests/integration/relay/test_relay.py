"""The relay on real servers: in order, once, one at a time."""

import threading
from uuid import UUID, uuid4

import psycopg
import pytest

from headrace.kafka import FencedError, TopicReader
from headrace.store import EventStore, Stream
from processors.relay import RelayStoppedError
from tests.relay.appending import appending, example
from tests.relay.arrived import check_arrived, number_arrived
from tests.relay.setting import AT_WORK, Setting, finish, running, until
from tests.store.naive import NaiveReader

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]
HERO = Stream("Joueur", uuid4())


def append(store: EventStore, number: int = 1, name: str = "ExperienceGagnee") -> set[UUID]:
    events = [example(store, name) for _ in range(number)]
    return {event.event_id for event in store.append(HERO, events).events}


@pytest.mark.covers("S4-8")
def test_what_many_append_at_once_arrives_once_and_in_order_and_a_naive_reader_misses_some(
    setting: Setting, game: EventStore
) -> None:
    naive = NaiveReader(setting.place.app)
    with running(setting) as wired:
        with appending(game) as committed:
            until(lambda: naive.advance() < 0 or wired.relay.status().events > 300, step=0.002)
        until(lambda: wired.relay.status().events == len(committed))
        told = {metric.name: value for metric, _, value in wired.relay.metrics()}
        assert told["headrace_relay_events_total"] == len(committed)
        assert told.keys() >= {"headrace_relay_lag_events", "headrace_relay_lag_seconds"}
    naive.advance()
    naive.close()
    check_arrived(setting, committed)
    assert set(naive.seen) < committed, "a naive reader would have been good enough"


def test_who_reads_up_to_the_end_gets_there_though_the_last_offset_is_no_record(
    setting: Setting, game: EventStore
) -> None:
    append(game, 3)
    finish(setting)
    topics = list(setting.catalog.topics)
    found = 0
    with TopicReader(setting.settings.kafka, topics, from_beginning=True) as reader:
        while not reader.at_end:
            found += len(list(reader.poll(1.0)))
    assert found == 3


def test_a_relay_that_is_killed_is_followed_without_gap_or_duplicate(
    setting: Setting, game: EventStore
) -> None:
    with appending(game) as committed:
        for number in range(2):
            with setting.started() as process:
                until(lambda number=number: setting.said.count(AT_WORK) > number)  # type: ignore[misc]
                threading.Event().wait(0.1)
                process.kill()
    finish(setting)
    check_arrived(setting, committed)


def test_an_older_producer_is_fenced_with_what_it_still_holds(
    setting: Setting, game: EventStore
) -> None:
    append(game, 3)
    page = game.read_all()
    older, newer = setting.relay().outlet, setting.relay().outlet
    assert older.open() is None
    records = [older.record(each) for each in page.events]
    assert newer.open() is None
    with pytest.raises(FencedError, match="taken over"):
        older.publish(records, page.cursor)
    newer.publish(records, page.cursor)
    older.close()
    newer.close()
    assert number_arrived(setting) == 3


def test_a_store_in_a_new_epoch_stops_the_relay_until_it_is_told_where_to_go_on(
    setting: Setting, game: EventStore
) -> None:
    committed = append(game, 2)
    with running(setting) as wired:
        until(lambda: wired.relay.status().events == 2)
    last = game.read_all().events[-1]
    with psycopg.connect(setting.place.owner) as owner:
        owner.execute("SELECT store.new_epoch('restored')")
    refused = pytest.raises(RelayStoppedError, match=r"epoch 1 .* epoch 2.*headrace relay restart")
    with refused, running(setting) as wired:
        until(lambda: wired.relay.status().role == "ended", 20)
    relay = setting.relay()
    relay.outlet.restart(relay.store.cursor_of(last.position))
    committed |= append(game)
    finish(setting)
    check_arrived(setting, committed)


def test_topics_whose_cursor_is_lost_stop_the_relay(setting: Setting, game: EventStore) -> None:
    append(game)
    finish(setting)
    lost = setting.relay(cursor_topic=f"{setting.prefix}another").relay
    with pytest.raises(RelayStoppedError, match="does not say how far the relay came"):
        lost.run()


def test_an_event_that_cannot_be_published_stops_the_relay_after_those_before_it(
    setting: Setting, game: EventStore
) -> None:
    committed = append(game, 3) | append(game, 1, "NiveauAtteint") | append(game, 2)
    odd = game.read_all().events[3]
    refused = pytest.raises(RelayStoppedError, match=f"NiveauAtteint {odd.event_id}.*version 4 of")
    with refused, running(setting, without="NiveauAtteint") as wired:
        until(lambda: wired.relay.status().role == "ended", 20)
    assert number_arrived(setting) == 3
    finish(setting)  # with a catalog that was mended
    check_arrived(setting, committed)
