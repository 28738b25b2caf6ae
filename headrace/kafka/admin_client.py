"""librdkafka's admin client, with what it tells only aside: that a login was refused."""

import threading
from collections import deque
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from headrace.errors import HeadraceError
from headrace.kafka.config import admin_config, logger_of
from headrace.kafka.errors import is_refused_login, translated, translated_exception
from headrace.metrics import Connections
from headrace.settings import KafkaSettings

_FIRST_SECONDS = 2.0


class Admin:
    """`client` makes the calls; `meaning` says what became of one that failed.

    librdkafka tries a refused login again and again, and its calls end in a timeout. The reason
    reaches its error callback alone.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self.kafka = kafka
        self.seconds = kafka.request_timeout / 1000
        self.principal = kafka.sasl_username
        self._heard: deque[KafkaError] = deque(maxlen=16)
        self._connections = Connections("admin")
        config = admin_config(kafka) | {"error_cb": self._hear}
        self.client = AdminClient(config, logger=logger_of(kafka))

    def metadata(self, seconds: float | None = None) -> Any:
        """The client library's own answer on brokers and topics.

        Raises OutageError after so many seconds (KAFKA_REQUEST_TIMEOUT), ConfigurationError as soon
        as the login is known to be refused: it is looked for after two seconds, then four, ….
        """
        left = self.seconds if seconds is None else seconds
        patience = _FIRST_SECONDS
        while True:
            try:
                # without a name no broker takes the question for a wish to create a topic
                return self.client.list_topics(timeout=min(patience, left))
            except KafkaException as error:
                left -= patience
                if left <= 0 or self._refusal() is not None:
                    raise self.meaning(error, "the cluster") from error
                patience *= 2

    def leave(self) -> None:
        """End the client, in a thread of its own: librdkafka may take long over it. Not waiting for
        the garbage collector keeps an outage from heaping up clients that try to connect.
        """
        threading.Thread(target=self._end, name="kafka-admin-end", daemon=True).start()

    def _end(self) -> None:
        del self.client

    def meaning(self, error: KafkaException, where: str) -> HeadraceError:
        """The refused login, if there was one; else what the error itself says."""
        refusal = self._refusal()
        self._heard.clear()  # a later failure may have another reason
        if refusal is not None:
            return translated(refusal, where, principal=self.principal)
        return translated_exception(error, where, principal=self.principal)

    def _hear(self, error: KafkaError) -> None:
        self._connections.failed(error)
        self._heard.append(error)

    def _refusal(self) -> KafkaError | None:
        self.client.poll(0)
        return next(filter(is_refused_login, self._heard), None)
