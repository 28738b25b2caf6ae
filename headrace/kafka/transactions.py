"""Kafka transactions of one writer at a time: who comes later fences who was there before."""

import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from headrace.codec import Record
from headrace.errors import ConfigurationError, HeadraceError, OutageError
from headrace.kafka.config import logger_of, producer_config
from headrace.kafka.errors import is_refused_login, translated
from headrace.settings import KafkaSettings

_STEP_SECONDS = 1.0
"""How long a call may take before it is asked whether to stop."""
_FENCED = {
    KafkaError._FENCED,
    KafkaError.PRODUCER_FENCED,
    KafkaError.INVALID_PRODUCER_EPOCH,
    KafkaError.INVALID_PRODUCER_ID_MAPPING,
}
_FORGOTTEN = "given up, the process is to end"


class FencedError(HeadraceError):
    """Another producer of the same transactional id has begun after this one. Nothing of the open
    transaction is seen by read_committed consumers; make a new producer, or leave it to the other.
    """


class TransactionalProducer:
    """A producer of one transactional id; of several the last one opened may write.

    Blocking, for one thread. `stop` ends its waits. After any error it is of no use but to be
    closed: whether the transaction was committed, the next producer finds out (`open` ends what is
    open, and what it then reads as committed is final).
    """

    def __init__(
        self, kafka: KafkaSettings, transactional_id: str, stop: threading.Event | None = None
    ) -> None:
        self._kafka = kafka
        self._stop = stop or threading.Event()
        self._failed: KafkaError | None = None
        self._heard: list[KafkaError] = []
        config = producer_config(kafka) | {
            "transactional.id": transactional_id,
            "enable.idempotence": True,
            "error_cb": self._on_error,
        }
        config["max.in.flight.requests.per.connection"] = min(kafka.max_in_flight_requests, 5)
        config["message.timeout.ms"] = min(config["message.timeout.ms"], kafka.transaction_timeout)
        self._producer = Producer(config, logger=logger_of(kafka))

    def open(self) -> None:
        """Fence every earlier producer, and end its transaction.

        Raises OutageError after KAFKA_REQUEST_TIMEOUT, ConfigurationError for a right that lacks.
        """
        self._patiently(self._producer.init_transactions, "starting transactions")

    def commit(self, records: Iterable[Record]) -> None:
        """Write the records in one transaction, in their order.

        Raises FencedError, OutageError, ConfigurationError, and what a record is refused with.
        """
        self._failed = None
        try:
            self._producer.begin_transaction()
            for record in records:
                self._produce(record)
        except KafkaException as error:
            raise self._meaning(error, "a transaction") from error
        self._patiently(self._producer.commit_transaction, "committing")

    def close(self) -> None:
        """Drop what is on its way; an open transaction is left to the next producer to end."""
        self._producer.purge()
        self._hear()

    def _produce(self, record: Record) -> None:
        topic, value, key, headers = record
        while True:
            try:
                self._producer.produce(
                    topic, value, key, headers=headers, on_delivery=self._on_delivery
                )
                break
            except BufferError:
                self._producer.poll(0.1)
                self._raise_if_stopped()
        self._producer.poll(0)

    def _patiently(self, call: Any, what: str) -> None:
        """Call until it succeeds; a call that ran out of time goes on where it was."""
        left = self._kafka.request_timeout / 1000
        while True:
            try:
                call(_STEP_SECONDS)
                return
            except KafkaException as error:
                left -= _STEP_SECONDS
                self._hear()
                if not error.args[0].retriable() or left <= 0 or self._heard:
                    raise self._meaning(error, what) from error
                self._raise_if_stopped()

    def _hear(self) -> None:
        """What the client tells only aside, such as a refused login; that it was fenced we know."""
        with suppress(KafkaException):
            self._producer.poll(0)

    def _raise_if_stopped(self) -> None:
        if self._stop.is_set():
            raise OutageError(_FORGOTTEN)

    def _meaning(self, exception: KafkaException, what: str) -> HeadraceError:
        """The first record's refusal says more than the transaction's."""
        error, who = exception.args[0], self._kafka.sasl_username
        if error.code() in _FENCED:
            return FencedError(f"another producer has taken over ({error.str()})")
        if self._heard:
            return translated(self._heard[0], what, principal=who)
        if self._failed is not None and not self._failed.fatal():
            return translated(self._failed, what, principal=who)
        meaning = translated(error, what, principal=who)
        if isinstance(meaning, ConfigurationError):
            return meaning
        return OutageError(f"{what}: Kafka cannot do it now ({error.str()})")

    def _on_delivery(self, error: KafkaError | None, _: Any) -> None:
        if error is not None and self._failed is None and error.code() != KafkaError._PURGE_QUEUE:
            self._failed = error

    def _on_error(self, error: KafkaError) -> None:
        if is_refused_login(error):
            self._heard.append(error)
