from itertools import islice

import pytest

from deploy.local.demo.datasets import DATASETS, FLIGHTS, WEATHER, Dataset, flight, reading
from headrace.catalog import load_catalog
from headrace.codec.json_form import to_avro

ROW = {
    "year": "2013",
    "month": "1",
    "day": "1",
    "dep_time": "517",
    "sched_dep_time": "515",
    "dep_delay": "2",
    "arr_time": "830",
    "sched_arr_time": "819",
    "arr_delay": "11",
    "carrier": "UA",
    "flight": "1545",
    "tailnum": "N14228",
    "origin": "EWR",
    "dest": "IAH",
    "air_time": "227",
    "distance": "1400",
    "hour": "5",
    "minute": "15",
    "time_hour": "2013-01-01T10:00:00Z",
}


def test_a_flight_carries_its_airports_and_airlines_names() -> None:
    payload = flight(ROW).payload
    assert payload["carrierName"] == "United Air Lines Inc."
    assert payload["originName"] == "Newark Liberty International Airport"
    assert payload["timeHour"] == "2013-01-01T10:00:00.000000Z"


def test_a_flight_that_never_left_has_no_times() -> None:
    cancelled = ROW | dict.fromkeys(["dep_time", "dep_delay", "arr_time", "tailnum"], "NA")
    payload = flight(cancelled).payload
    assert payload["departureTime"] is None
    assert payload["arrivalTime"] is None
    assert payload["tailNumber"] is None


def test_the_aggregate_of_a_flight_is_its_number_airport_and_day() -> None:
    assert flight(ROW).aggregate_id == "UA1545-EWR-2013-01-01"


def test_a_missing_measurement_is_left_out() -> None:
    row = {"origin": "EWR", "temp": "39.02", "wind_gust": "NA", "time_hour": "2013-01-01T06:00:00Z"}
    others = dict.fromkeys(["dewp", "humid", "wind_dir", "wind_speed", "precip"], "NA")
    record = reading(row | others | {"pressure": "1012", "visib": "10"})
    assert record.payload["measurements"] == {
        "temperatureFahrenheit": 39.02,
        "pressureMillibars": 1012.0,
        "visibilityMiles": 10.0,
    }


@pytest.mark.parametrize(("dataset", "rows"), [(FLIGHTS, 336_776), (WEATHER, 26_115)])
def test_the_package_holds_as_many_rows_as_its_documentation_says(
    dataset: Dataset, rows: int
) -> None:
    assert dataset.count() == rows


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_the_first_records_are_complete(dataset: Dataset) -> None:
    records = list(islice(dataset.records(), 500))
    assert len(records) == 500
    assert all(set(record.payload) == set(records[0].payload) for record in records)


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_every_record_fits_its_schema(dataset: Dataset) -> None:
    catalog = load_catalog()
    schema = catalog.event_type(dataset.event_type).latest.payload
    check = to_avro(schema)
    for record in islice(dataset.records(), 0, None, 97):
        check(record.payload, "payload")
