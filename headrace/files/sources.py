"""Files and standard input as sources of candidates for publishing."""

import csv
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from headrace.codec import parse_json
from headrace.errors import ConfigurationError, FieldProblem, InvalidEventError
from headrace.files.columns import Mapper

MAX_LINE_BYTES = 4_194_304
_ROWS_AT_A_TIME = 2_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """What stands on one line or row: a JSON value, or the error that it is."""

    number: int
    value: Any = None
    error: InvalidEventError | None = None


@dataclass
class Source:
    """Candidates in their order; `done` of `total` (bytes or rows, 0 when unknown) are read."""

    candidates: Iterator[Candidate]
    total: int
    progress: Callable[[], int]
    ignored: list[str] = field(default_factory=list)

    @property
    def done(self) -> int:
        return self.progress()


@contextmanager
def open_source(path: Path | None, stdin: BinaryIO, mapper: Mapper | None) -> Iterator[Source]:
    """The reader for a file's name (.csv, .parquet, else NDJSON), or for stdin (None).

    Raises ConfigurationError for a file that cannot be read, or a table without a mapper.
    """
    suffix = path.suffix.lower() if path else ""
    if suffix in (".csv", ".parquet") and mapper is None:
        raise ConfigurationError(
            f"{path} is a table: name the event type and the source (--type, --source)"
        )
    if suffix not in (".csv", ".parquet") and mapper is not None:
        raise ConfigurationError(
            "--type and --map are for CSV and Parquet files; NDJSON lines are whole events"
        )
    if path is None:
        yield Source(_lines(stdin), 0, lambda: 0)
        return
    with _opened(path) as stream:
        total = os.fstat(stream.fileno()).st_size
        if suffix == ".parquet" and mapper is not None:
            yield _parquet(path, stream, mapper)
        elif suffix == ".csv" and mapper is not None:
            yield _csv(path, stream, mapper, total)
        else:
            yield Source(_lines(stream), total, stream.tell)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    with stream:
        yield stream


def _lines(stream: BinaryIO) -> Iterator[Candidate]:
    number = 0
    while line := stream.readline(MAX_LINE_BYTES):
        number += 1
        if not line.endswith(b"\n") and len(line) == MAX_LINE_BYTES:
            _skip_line(stream)
            yield _too_long(number)
        elif line.strip():
            yield _parsed(number, line)


def _skip_line(stream: BinaryIO) -> None:
    while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
        pass


def _too_long(number: int) -> Candidate:
    reason = f"is longer than {MAX_LINE_BYTES} bytes"
    return Candidate(number, error=InvalidEventError(FieldProblem("line", reason)))


def _parsed(number: int, line: bytes) -> Candidate:
    try:
        return Candidate(number, parse_json(line.rstrip(b"\r\n")))
    except InvalidEventError as error:
        return Candidate(number, error=error)


def _csv(path: Path, stream: BinaryIO, mapper: Mapper, total: int) -> Source:
    csv.field_size_limit(MAX_LINE_BYTES)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    reader = csv.DictReader(text, strict=True)
    try:
        columns = list(reader.fieldnames or ())
    except (csv.Error, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not CSV in UTF-8: {error}") from error
    if not columns or len(set(columns)) < len(columns):
        raise ConfigurationError(f"{path}: the first line must name each column once")

    def position() -> int:  # holds the wrapper, which closes the stream when nobody does
        return text.buffer.tell()

    return Source(_csv_rows(path, reader, mapper), total, position, mapper.ignored(columns))


def _csv_rows(path: Path, reader: "csv.DictReader[str]", mapper: Mapper) -> Iterator[Candidate]:
    while True:
        try:
            row: dict[Any, Any] = next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError) as error:
            # where the next row begins cannot be known any more
            raise ConfigurationError(
                f"{path} line {reader.line_num + 1} is not CSV in UTF-8: {error}"
            ) from error
        yield _row(reader.line_num, row, mapper)


def _row(number: int, row: dict[Any, Any], mapper: Mapper) -> Candidate:
    if None in row or None in row.values():
        problem = FieldProblem("line", "has another number of cells than the first line")
        return Candidate(number, error=InvalidEventError(problem))
    try:
        return Candidate(number, mapper.event(row))
    except InvalidEventError as error:
        return Candidate(number, error=error)


def _parquet(path: Path, stream: BinaryIO, mapper: Mapper) -> Source:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise ConfigurationError(
            "Parquet needs pyarrow: install headrace with its extra `files`"
        ) from None
    try:
        table = ParquetFile(stream)
    except (ArrowException, OSError) as error:
        raise ConfigurationError(f"{path} is not a Parquet file: {error}") from error
    columns = table.schema_arrow.names
    if len(set(columns)) < len(columns):
        raise ConfigurationError(f"{path}: each column must have a name of its own")
    ignored = mapper.ignored(columns)
    wanted = [name for name in columns if name not in ignored]
    read = [0]

    def candidates() -> Iterator[Candidate]:
        try:
            for batch in table.iter_batches(batch_size=_ROWS_AT_A_TIME, columns=wanted):
                yield from _parquet_rows(batch, mapper, read)
        except (ArrowException, OSError) as error:
            raise ConfigurationError(f"{path} after row {read[0]} is broken: {error}") from error

    return Source(candidates(), table.metadata.num_rows, lambda: read[0], ignored)


def _parquet_rows(batch: Any, mapper: Mapper, read: list[int]) -> Iterator[Candidate]:
    for index in range(batch.num_rows):
        read[0] += 1
        try:
            yield Candidate(read[0], mapper.event(_parquet_cells(batch, index)))
        except InvalidEventError as error:
            yield Candidate(read[0], error=error)


def _parquet_cells(batch: Any, index: int) -> dict[str, Any]:
    row: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for name in batch.schema.names:
        try:
            row[name] = batch.column(name)[index].as_py()
        except (ValueError, OverflowError) as error:  # a time that Python's do not reach
            problems.append(FieldProblem(f"column {name}", f"cannot be read: {error}"))
    if problems:
        raise InvalidEventError(*problems)
    return row
