"""What becomes of events and of what their handlers do, on both kinds of ledger."""

import asyncio
import threading
import time
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from headrace import Metadata, Service
from headrace.errors import ConfigurationError, InvalidEventError, OutageError
from headrace.events import (
    PaymentCompleted,
    PaymentPartialRefund,
    PaymentPartialRefundV2,
    PaymentRefunded,
    VoyageBookingConfirmed,
)
from headrace.kafka import current
from headrace.service import BusinessError, FailurePolicy, Pace, ParkingPolicy
from headrace.service.building import LedgerKind
from headrace.service.statements import TransactionOverError
from headrace.testing import ServiceKit
from tests.runtime.stages import until
from tests.unit.service.samples import confirmed, example, paid

LEDGERS: list[LedgerKind] = ["kafka", "postgres"]


@pytest.fixture(params=LEDGERS)
def service(request: pytest.FixtureRequest) -> Service:
    return Service("voyage-service", ledger=request.param)


async def test_a_handler_gets_the_typed_event_and_its_envelope(service: Service) -> None:
    seen: list[tuple[PaymentCompleted, Metadata]] = []

    @service.on(PaymentCompleted)
    async def keep(event: PaymentCompleted, metadata: Metadata) -> None:
        seen.append((event, metadata))

    async with ServiceKit(service) as kit:
        sent = await kit.send(paid(7), correlation_id="flow-1")
        await kit.settled()
    ((event, metadata),) = seen
    assert event == paid(7)
    assert (metadata.event_id, metadata.correlation_id) == (sent.event_id, "flow-1")
    assert (metadata.aggregate_id, metadata.attempt) == ("p-7", 1)


async def test_what_a_handler_publishes_continues_the_flow(service: Service) -> None:
    @service.on(PaymentCompleted)
    async def confirm(event: PaymentCompleted, metadata: Metadata) -> None:
        assert current().causation_id == str(metadata.event_id)
        await service.publish(confirmed(event.booking_id))

    async with ServiceKit(service) as kit:
        sent = await kit.send(paid(), correlation_id="flow-1")
        await kit.settled()
    (event,) = kit.published
    assert (event.correlation_id, event.causation_id) == ("flow-1", str(sent.event_id))
    assert (event.source, event.aggregate_id) == ("voyage-service", "b-1")
    assert kit.published_of(VoyageBookingConfirmed) == [confirmed("b-1")]


async def test_a_redelivered_event_has_no_second_effect() -> None:
    service, calls = Service("voyage-service", ledger="postgres"), 0

    @service.on(PaymentCompleted)
    async def confirm(event: PaymentCompleted, metadata: Metadata) -> None:
        nonlocal calls
        calls += 1
        await service.publish(confirmed(event.booking_id))

    async with ServiceKit(service) as kit:
        await kit.send(paid())
        await kit.settled()
        kit.redeliver()
        kit.redeliver()
        await kit.settled()
        duplicates = sum(row.counts.duplicate for row in kit.ledger.rows())
    assert (calls, len(kit.published), duplicates) == (1, 1, 2)


async def test_without_a_database_a_redelivered_event_is_published_under_the_same_id() -> None:
    service = Service("voyage-service")

    @service.on(PaymentCompleted)
    async def confirm(event: PaymentCompleted, metadata: Metadata) -> None:
        await service.publish(confirmed(event.booking_id))
        await service.publish(confirmed("second"))

    async with ServiceKit(service) as kit:
        await kit.send(paid())
        await kit.settled()
        kit.redeliver()
        await kit.settled()
    first, second, again, second_again = kit.published
    assert (first.event_id, first.timestamp) == (again.event_id, again.timestamp)
    assert second.event_id == second_again.event_id != first.event_id


async def test_a_failure_is_tried_five_times_and_then_a_dead_letter(service: Service) -> None:
    attempts: list[int] = []

    @service.on(PaymentCompleted)
    async def fail(event: PaymentCompleted, metadata: Metadata) -> None:
        if event.payment_id == "p-1":
            attempts.append(metadata.attempt)
            raise KeyError("a bug")

    async with ServiceKit(service, partitions=1) as kit:
        await kit.send(paid(1))
        await kit.send(paid(2))
        await kit.settled()
        (letter,) = kit.dead_letters
    assert attempts == [1, 2, 3, 4, 5]
    assert (letter.error_class, letter.reason) == ("unexpected", "KeyError")


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
@pytest.mark.parametrize("plain", [False, True])
async def test_a_handler_that_would_end_the_process_is_a_failure_like_others(
    service: Service, error: BaseException, *, plain: bool
) -> None:
    handled: list[str] = []

    def quit_at_first(event: PaymentCompleted, metadata: Metadata) -> None:
        if event.payment_id == "p-1":
            raise error
        handled.append(event.payment_id)

    async def quit_in_the_loop(event: PaymentCompleted, metadata: Metadata) -> None:
        quit_at_first(event, metadata)

    service.on(PaymentCompleted)(quit_at_first if plain else quit_in_the_loop)
    async with ServiceKit(service, partitions=1) as kit:
        await kit.send(paid(1))
        await kit.send(paid(2))
        await kit.settled()
        (letter,) = kit.dead_letters
    assert handled == ["p-2"]
    assert letter.reason in {"HandlerExitError", "RuntimeError"}
    assert type(error).__name__ in letter.message


async def test_a_plain_function_publishes_too(service: Service) -> None:
    @service.on(PaymentCompleted)
    def confirm(event: PaymentCompleted, metadata: Metadata) -> None:
        published = service.publish_sync(confirmed(event.booking_id), user_id="u-1")
        assert (published.receipt is None) is (service.ledger == "postgres")

    async with ServiceKit(service) as kit:
        sent = await kit.send(paid(), correlation_id="flow-1")
        await kit.settled()
    (event,) = kit.published
    assert (event.correlation_id, event.causation_id) == ("flow-1", str(sent.event_id))
    assert (event.aggregate_id, event.user_id) == ("b-1", "u-1")


async def test_what_a_plain_function_published_before_it_failed_is_not_sent() -> None:
    service = Service("voyage-service", ledger="postgres")

    @service.on(PaymentCompleted)
    def confirm(event: PaymentCompleted, metadata: Metadata) -> None:
        service.publish_sync(confirmed(event.booking_id))
        raise BusinessError("no")

    async with ServiceKit(service) as kit:
        await kit.send(paid())
        await kit.settled()
        assert (len(kit.dead_letters), kit.published) == (1, [])


async def test_a_handler_on_the_loop_that_publishes_as_a_plain_function_is_told() -> None:
    service, said = Service("voyage-service"), ""
    with pytest.raises(ConfigurationError, match="not running"):
        await asyncio.to_thread(service.publish_sync, confirmed("b"))

    @service.on(PaymentCompleted)
    async def confirm(event: PaymentCompleted, metadata: Metadata) -> None:
        nonlocal said
        with pytest.raises(ConfigurationError) as refused:
            service.publish_sync(confirmed("b"))
        said = str(refused.value)

    async with ServiceKit(service) as kit:
        await kit.send(paid())
        await kit.settled()
    assert "await service.publish(" in said


async def test_a_rule_that_says_no_is_a_dead_letter_at_once(service: Service) -> None:
    calls = 0

    @service.on(PaymentCompleted)
    async def refuse(event: PaymentCompleted, metadata: Metadata) -> None:
        nonlocal calls
        calls += 1
        raise BusinessError("no such booking")

    async with ServiceKit(service) as kit:
        await kit.send(paid())
        await kit.settled()
        (letter,) = kit.dead_letters
    assert (calls, letter.error_class) == (1, "business")


async def test_an_outage_is_waited_out_and_buries_nothing(service: Service) -> None:
    calls = 0

    @service.on(PaymentCompleted)
    async def wait(event: PaymentCompleted, metadata: Metadata) -> None:
        nonlocal calls
        calls += 1

    async with ServiceKit(service) as kit:
        kit.fail_next(PaymentCompleted, *[OutageError("away")] * 7)
        await kit.send(paid())
        await kit.settled()
        assert not kit.dead_letters
    assert calls == 1


async def test_a_key_keeps_its_order_over_failures(service: Service) -> None:
    done: list[int] = []

    @service.on(PaymentCompleted)
    async def keep(event: PaymentCompleted, metadata: Metadata) -> None:
        if event.fee is None and metadata.attempt < 3:
            raise ValueError("a passing bug")
        await asyncio.sleep(0)
        done.append(int(event.booking_id))

    async with ServiceKit(service, partitions=1) as kit:
        for number in range(20):
            event = paid(1, booking=str(number))
            fails = number % 5 == 2
            await kit.send(replace(event, fee=None) if fails else event)
        await kit.settled()
    assert done == list(range(20))


async def test_keys_of_a_partition_are_handled_at_once(service: Service) -> None:
    at_work = most = 0

    @service.on(PaymentCompleted)
    async def slow(event: PaymentCompleted, metadata: Metadata) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.02)
        at_work -= 1

    async with ServiceKit(service, partitions=1) as kit:
        for number in range(40):
            await kit.send(paid(number))
        await kit.settled()
    assert 4 < most <= Pace().concurrency


async def test_a_plain_function_runs_in_a_thread(service: Service) -> None:
    threads: list[bool] = []

    @service.on(PaymentCompleted)
    def keep(event: PaymentCompleted, metadata: Metadata) -> None:
        threads.append(threading.current_thread() is threading.main_thread())

    async with ServiceKit(service) as kit:
        await kit.send(paid())
        await kit.settled()
    assert threads == [False]


def _sleeps(event: Any, metadata: Metadata) -> None:
    time.sleep(0.5)


async def _hangs(event: Any, metadata: Metadata) -> None:
    await asyncio.Event().wait()


async def _swallows(event: Any, metadata: Metadata) -> None:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return


@pytest.mark.parametrize("hanging", [_sleeps, _hangs, _swallows])
async def test_a_handler_that_hangs_is_cut_off_and_the_others_go_on(
    service: Service, hanging: Any
) -> None:
    policy = FailurePolicy(parking=ParkingPolicy(after=0, attempts=2))
    service.on(PaymentCompleted, timeout=0.1, policy=policy)(hanging)
    async with ServiceKit(service, partitions=1) as kit:
        await kit.send(paid(1))
        await kit.send(paid(2))
        await kit.settled()
        letters = kit.dead_letters
    if hanging is _swallows:  # it ended when it was told to, without an error
        return
    assert [letter.error_class for letter in letters] == ["transient", "transient"]
    assert "took more than 0.1 s" in letters[0].message


async def test_what_a_failed_handler_wrote_is_undone() -> None:
    service = Service("voyage-service", ledger="postgres")

    @service.on(PaymentCompleted)
    async def write(event: PaymentCompleted, metadata: Metadata) -> None:
        await metadata.transaction.execute("INSERT", [event.payment_id, metadata.attempt])
        await service.publish(confirmed(event.payment_id))
        if metadata.attempt < 3:
            raise ValueError("a passing bug")

    async with ServiceKit(service) as kit:
        await kit.send(paid(1))
        await kit.send(paid(2))
        await kit.settled()
        assert sorted(each.values for each in kit.statements) == [["p-1", 3], ["p-2", 3]]
        assert len(kit.published) == 2


async def test_without_a_database_a_transaction_says_so() -> None:
    service = Service("voyage-service")

    @service.on(PaymentCompleted)
    async def write(event: PaymentCompleted, metadata: Metadata) -> None:
        await metadata.transaction.execute("INSERT")

    with pytest.raises(ConfigurationError, match='ledger="postgres"'):
        async with ServiceKit(service) as kit:
            await kit.send(paid())
            await kit.settled()


async def test_an_event_of_an_older_major_version_is_upcast(service: Service) -> None:
    seen: list[PaymentPartialRefundV2] = []

    @service.on(PaymentPartialRefundV2)
    async def keep(event: PaymentPartialRefundV2, metadata: Metadata) -> None:
        seen.append(event)

    async with ServiceKit(service) as kit:
        await kit.send(example(PaymentPartialRefund))
        await kit.settled()
        assert not kit.dead_letters
    assert isinstance(seen[0], PaymentPartialRefundV2)


async def test_an_event_of_a_newer_major_version_is_kept_as_a_dead_letter(
    service: Service,
) -> None:
    @service.on(PaymentPartialRefund)
    async def keep(event: PaymentPartialRefund, metadata: Metadata) -> None: ...

    async with ServiceKit(service) as kit:
        await kit.send(example(PaymentPartialRefundV2))
        await kit.settled()
        assert [letter.reason for letter in kit.dead_letters] == ["newer_version"]


async def test_bytes_that_are_no_event_are_a_dead_letter_and_the_neighbours_land(
    service: Service,
) -> None:
    seen: list[str] = []

    @service.on(PaymentCompleted)
    async def keep(event: PaymentCompleted, metadata: Metadata) -> None:
        seen.append(event.payment_id)

    async with ServiceKit(service, partitions=1) as kit:
        await kit.send(paid(1))
        kit.send_bytes(PaymentCompleted.topic, b"nonsense")
        await kit.send(paid(2))
        await kit.settled()
        assert len(kit.dead_letters) == 1
    assert seen == ["p-1", "p-2"]


async def test_a_paused_service_handles_nothing_until_it_resumes(service: Service) -> None:
    seen: list[str] = []

    @service.on(PaymentCompleted)
    async def keep(event: PaymentCompleted, metadata: Metadata) -> None:
        seen.append(event.payment_id)

    async with ServiceKit(service) as kit:
        service.pause(PaymentCompleted)
        await kit.send(paid(1))
        await asyncio.sleep(0.1)
        assert not seen
        service.resume()
        await kit.settled()
    assert seen == ["p-1"]


async def test_shutdown_lets_handlers_end_and_begins_no_other(service: Service) -> None:
    begun, ended = asyncio.Event(), 0

    @service.on(PaymentCompleted)
    async def slow(event: PaymentCompleted, metadata: Metadata) -> None:
        nonlocal ended
        begun.set()
        await asyncio.sleep(0.2)
        ended += 1

    async with ServiceKit(service, partitions=1) as kit:
        await kit.send(paid(1))
        await kit.send(paid(1))
        await begun.wait()
    (row,) = kit.ledger.rows()
    assert (ended, row.next_offset) == (1, 1)


async def test_shutdown_does_not_wait_longer_than_it_was_told(service: Service) -> None:
    begun = asyncio.Event()

    @service.on(PaymentCompleted)
    async def hang(event: PaymentCompleted, metadata: Metadata) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with ServiceKit(service, partitions=1) as kit:
        await kit.send(paid(1))
        await begun.wait()
        started = time.monotonic()
        await service.shutdown(0.2)
        assert time.monotonic() - started < 5
    (row,) = kit.ledger.rows()
    assert row.next_offset == 0


async def test_a_cancelled_task_of_a_handler_is_a_failure_like_any(service: Service) -> None:
    calls = 0

    @service.on(PaymentCompleted)
    async def awaits(event: PaymentCompleted, metadata: Metadata) -> None:
        nonlocal calls
        calls += 1
        task = asyncio.create_task(asyncio.sleep(60))
        task.cancel()
        await task

    async with ServiceKit(service, partitions=1) as kit:
        await kit.send(paid(1))
        await kit.settled()
        assert [letter.reason for letter in kit.dead_letters] == ["HandlerCancelledError"]
    assert calls == 5


async def test_what_a_plain_function_returns_is_awaited(service: Service) -> None:
    seen: list[str] = []

    async def keep(event: PaymentCompleted, metadata: Metadata) -> None:
        seen.append(event.payment_id)

    @service.on(PaymentCompleted)
    def wraps(event: PaymentCompleted, metadata: Metadata) -> Awaitable[None]:
        return keep(event, metadata)

    async with ServiceKit(service) as kit:
        await kit.send(paid(1))
        await kit.settled()
    assert seen == ["p-1"]


async def test_a_statement_that_a_failed_handler_left_behind_is_not_kept() -> None:
    service, left = Service("voyage-service", ledger="postgres"), set[asyncio.Task[Any]]()

    @service.on(PaymentCompleted)
    async def leaves(event: PaymentCompleted, metadata: Metadata) -> None:
        left.add(asyncio.create_task(metadata.transaction.execute("INSERT")))
        await asyncio.sleep(0)
        raise BusinessError("no")

    async with ServiceKit(service) as kit:
        await kit.send(paid(1))
        await kit.settled()
        assert not kit.statements
    (error,) = await asyncio.gather(*left, return_exceptions=True)
    assert isinstance(error, TransactionOverError)


async def test_a_statement_that_would_block_the_loop_is_refused(service: Service) -> None:
    @service.on(PaymentCompleted)
    async def blocks(event: PaymentCompleted, metadata: Metadata) -> None:
        metadata.transaction.execute_sync("INSERT")

    with pytest.raises(ConfigurationError, match="plain functions"):
        async with ServiceKit(service) as kit:
            await kit.send(paid())
            await kit.settled()


async def test_a_handler_that_fails_is_in_the_log(service: Service) -> None:
    @service.on(PaymentCompleted)
    async def fails(event: PaymentCompleted, metadata: Metadata) -> None:
        raise ValueError("bad weather")

    async with ServiceKit(service) as kit:
        with capture_logs() as lines:
            sent = await kit.send(paid())
            await kit.settled()
    said = [line for line in lines if line["event"] == "handler failed"]
    assert {line["eventId"] for line in said} == {str(sent.event_id)}
    assert {line["error"] for line in said} == {"ValueError: bad weather"}
    assert [line["follows"] for line in said] == ["another attempt"] * 4 + ["dead letter"]


async def test_an_event_that_is_not_valid_is_named_and_the_others_go_out(service: Service) -> None:
    found: list[Any] = []

    @service.on(PaymentCompleted)
    async def publishes(event: PaymentCompleted, metadata: Metadata) -> None:
        wrong = replace(confirmed("b-2"), booking_id=5)  # type: ignore[arg-type]
        no_payload = replace(confirmed("b-3"), total=5)  # type: ignore[arg-type]
        found.extend(await service.publish_many([confirmed("b-1"), wrong, no_payload]))

    async with ServiceKit(service) as kit:
        await kit.send(paid())
        await kit.settled()
        assert kit.published_of(VoyageBookingConfirmed) == [confirmed("b-1")]
    assert [isinstance(each, InvalidEventError) for each in found] == [False, True, True]


@pytest.mark.parametrize("value", [float("nan"), object(), time])
async def test_metadata_that_would_not_come_back_is_refused(value: object) -> None:
    service = Service("voyage-service")
    async with ServiceKit(service):
        with pytest.raises(InvalidEventError, match="metadata"):
            await service.publish(confirmed("b-1"), metadata={"key": value})


async def test_a_topic_that_was_made_again_is_left_out_and_the_others_go_on() -> None:
    service, handled = Service("voyage-service", ledger="postgres"), list[str]()

    async def keep(_: PaymentCompleted | PaymentRefunded, metadata: Metadata) -> None:
        handled.append(f"{metadata.event_type} {metadata.offset}")

    service.on(PaymentCompleted)(keep)
    service.on(PaymentRefunded)(keep)
    async with ServiceKit(service, partitions=1) as kit:
        for _ in range(3):
            await kit.send(paid())
        await kit.settled()
        engine, topic = service.engine, PaymentCompleted.topic
        assert engine is not None
        kit.log.create(topic, 1)  # once more: another log
        await until(lambda: topic in engine.left_out)
        assert (
            f"headrace ledger restart dreamscape-voyage-service-group {topic}"
            in (engine.left_out[topic])
        )
        await kit.send(paid(9))
        await kit.send(example(PaymentRefunded))
        await until(lambda: "payment.refunded 0" in handled)
        assert engine.failed is None
        assert len(handled) == 4
        kit.ledger.restart(topic)
        await until(lambda: len(handled) == 5, 10)  # it looks every few seconds
        assert (handled[-1], engine.left_out) == ("payment.completed 0", {})
