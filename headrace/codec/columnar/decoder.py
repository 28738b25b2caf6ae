"""Bodies of one schema to a frame of events."""

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import jetliner
import numpy as np
import numpy.typing as npt
import polars as pl
import structlog

from headrace.codec.columnar import container
from headrace.codec.columnar.container import MARK, as_file
from headrace.codec.columnar.plan import ColumnarPlan, columnar_plan
from headrace.codec.columnar.shapes import NotColumnarError
from headrace.codec.decoder import check_metadata
from headrace.codec.envelope_schema import check_envelope
from headrace.codec.json_form import UnsupportedSchemaError
from headrace.codec.registry import SchemaRegistry
from headrace.codec.rules import MAX_AHEAD, MAX_ID
from headrace.errors import PoisonError
from headrace.native import panics_as_errors

log = structlog.get_logger(__name__)

ENVELOPE_COLUMNS = {
    "event_id": "eventId",
    "event_type": "eventType",
    "timestamp": "timestamp",
    "version": "version",
    "source": "source",
    "correlation_id": "correlationId",
    "causation_id": "causationId",
    "aggregate_type": "aggregateType",
    "aggregate_id": "aggregateId",
    "aggregate_version": "aggregateVersion",
    "account_id": "accountId",
    "user_id": "userId",
    "metadata": "metadata",
}
"""The envelope's columns of a frame, and the Avro field of each. `event_id` is 16 bytes,
`timestamp` a Datetime in microseconds, UTC; `payload`, beside them, is JSON text."""

BAD_BLOCKS = 8
"""After more bad blocks than these, the rest of a batch goes through the row path."""

_TEXTS = tuple(
    name
    for name in ENVELOPE_COLUMNS
    if name not in ("event_id", "timestamp", "aggregate_version", "metadata")
)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - both sides of a difference


@dataclass(frozen=True, slots=True)
class DecodedColumns:
    """What was decoded, and which bodies were, by their number; the others are the row path's."""

    frame: pl.DataFrame
    numbers: npt.NDArray[np.int64]

    @classmethod
    def nothing(cls) -> "DecodedColumns":
        return cls(pl.DataFrame(), np.array([], np.int64))


class Watch(Protocol):
    """What surrounds the native reader; `NativeWatch` is the one."""

    def trusts(self, schema_id: int) -> bool:
        """Whether the native reader may be given this schema's bodies."""

    def decoding(self, schema_id: int) -> AbstractContextManager[None]:
        """Entered for the length of a native decode."""


class ColumnarDecoder:
    """Decodes the bodies of one schema at once. Thread-safe; decides once for each schema.

    `watch` surrounds the native reader and knows the schemas that it may not be given again.
    """

    def __init__(self, registry: SchemaRegistry, watch: Watch | None = None) -> None:
        self._registry = registry
        self._watch = watch
        self._lock = threading.Lock()
        self._plans: dict[int, ColumnarPlan | None] = {}

    def decode(
        self,
        schema_id: int,
        bodies: Sequence[bytes],
        *,
        event_types: Collection[str],
        now: datetime,
    ) -> DecodedColumns:
        """Raises UnknownSchemaError, OutageError; nothing else.

        `event_types` are those of the bodies' topic; an event of another is left to the row path.
        """
        plan = self._plan(schema_id)
        if plan is None or not bodies:
            return DecodedColumns.nothing()
        with self._watch.decoding(schema_id) if self._watch else nullcontext():
            raw, numbers = _read(plan, bodies)
        if raw is None:
            return DecodedColumns.nothing()
        try:
            with panics_as_errors():
                return _sound(_shaped(raw, plan, event_types, now), numbers)
        except Exception as error:  # noqa: BLE001 - the row path finds out what is wrong
            log.warning("columns cannot be shaped", schema_id=schema_id, error=str(error))
            return DecodedColumns.nothing()

    def takes(self, schema_id: int) -> bool:
        """Whether this schema's records are decoded here at all."""
        return self._plan(schema_id) is not None

    def _plan(self, schema_id: int) -> ColumnarPlan | None:
        if self._watch is not None and not self._watch.trusts(schema_id):
            return None
        if schema_id not in self._plans:
            plan = _planned(self._registry.schema(schema_id))
            with self._lock:
                self._plans[schema_id] = plan
        return self._plans[schema_id]


def _planned(schema: dict[str, Any]) -> ColumnarPlan | None:
    try:
        check_envelope(schema)
        return columnar_plan(schema)
    except (NotColumnarError, UnsupportedSchemaError, PoisonError):
        return None


# reading


def _read(
    plan: ColumnarPlan, bodies: Sequence[bytes]
) -> tuple[pl.DataFrame | None, npt.NDArray[np.int64]]:
    """The raw frame, and the numbers of the bodies in it."""
    sound = list(_Search(plan).sound(bodies, 0))
    if not sound:
        return None, np.array([], np.int64)
    numbers = [np.arange(at, at + frame.height) for frame, at in sound]
    return pl.concat([frame for frame, _ in sound]), np.concatenate(numbers)


class _Search:
    """Halves what does not decode until blocks that do not stand alone. A bad record costs a dozen
    reads so; a batch of nothing else costs as few as that until it is given up.
    """

    def __init__(self, plan: ColumnarPlan) -> None:
        self._plan = plan
        self._bad = 0

    def sound(self, bodies: Sequence[bytes], first: int) -> Iterator[tuple[pl.DataFrame, int]]:
        """What decodes, in frames, each with the number of its first body; `first` is the first's
        own.
        """
        if self._bad > BAD_BLOCKS:
            return
        frame = _try(self._plan, bodies)
        if frame is not None:
            yield frame, first
        elif len(bodies) <= container.BLOCK:
            self._bad += 1
        else:
            blocks = -(-len(bodies) // container.BLOCK)
            middle = -(-blocks // 2) * container.BLOCK
            yield from self.sound(bodies[:middle], first)
            yield from self.sound(bodies[middle:], first + middle)


def _try(plan: ColumnarPlan, bodies: Sequence[bytes]) -> pl.DataFrame | None:
    """None unless every body was decoded to its very end."""
    data, mark = plan.container.framed(bodies)
    try:
        with panics_as_errors(), as_file(data) as path:
            frame = jetliner.read_avro(path, glob=False, batch_size=len(bodies))
    except Exception:  # noqa: BLE001 - the row path finds out what is wrong
        return None
    marks = frame[MARK]
    if frame.height == len(bodies) and marks.n_unique() == 1 and marks[0] == mark:
        return frame.drop(MARK)
    return None


# shaping


def _shaped(
    raw: pl.DataFrame, plan: ColumnarPlan, event_types: Collection[str], now: datetime
) -> pl.DataFrame:
    """The columns of ENVELOPE_COLUMNS, payload, and doubtful: what the row path has to judge."""
    event_id = pl.col("eventId").str.replace_all("-", "", literal=True)
    frame = raw.select(
        event_id.str.decode("hex", strict=False).alias("event_id"),
        pl.col("timestamp").cast(pl.Datetime("us", "UTC")),
        *(
            pl.col(field).alias(name)
            for name, field in ENVELOPE_COLUMNS.items()
            if name not in ("event_id", "timestamp")
        ),
        plan.payload.alias("payload"),
        plan.doubtful.alias("doubtful"),
    )
    return frame.with_columns(doubtful=pl.col("doubtful") | _doubtful_envelope(event_types, now))


def _sound(frame: pl.DataFrame, numbers: npt.NDArray[np.int64]) -> DecodedColumns:
    clean = frame["doubtful"].not_() & _good_metadata(frame["metadata"])
    frame = frame.drop("doubtful")
    if clean.all():
        return DecodedColumns(frame, numbers)
    return DecodedColumns(frame.filter(clean), numbers[clean.to_numpy()])


def _doubtful_envelope(event_types: Collection[str], now: datetime) -> pl.Expr:
    # compared as numbers: a time far beyond a calendar's years has no date
    since = (now.replace(tzinfo=None) - _EPOCH) + MAX_AHEAD
    latest = since // timedelta(microseconds=1)
    doubts = [
        pl.col("event_id").is_null() | (pl.col("event_id").bin.size() != 16),
        ~pl.col("timestamp").to_physical().is_between(_MIN_MICROS, latest),
        ~pl.col("event_type").is_in(list(event_types)),
        pl.col("payload").str.contains("\\u0000", literal=True),
    ]
    for name in _TEXTS:
        text = pl.col(name)
        doubts.append((text.str.len_bytes() > MAX_ID) | text.str.contains("\0", literal=True))
    return pl.any_horizontal(*(doubt.fill_null(value=False) for doubt in doubts))


_MIN_MICROS = (datetime(1000, 1, 1) - _EPOCH) // timedelta(microseconds=1)  # noqa: DTZ001


def _good_metadata(texts: pl.Series) -> pl.Series:
    """Most events carry none, or one of a few texts: each distinct one is checked once."""
    distinct = texts.unique()
    if distinct.len() == 1 and distinct[0] == "{}":
        return pl.repeat(value=True, n=texts.len(), eager=True)
    return texts.is_in([text for text in distinct if text == "{}" or _is_good(text)])


def _is_good(metadata: str) -> bool:
    try:
        check_metadata(metadata)
    except PoisonError:
        return False
    return "\0" not in metadata
