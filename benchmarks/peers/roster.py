"""The peers, and what of each is not equal to the archive."""

from benchmarks.peers import connect
from benchmarks.peers.model import Peer, program

_MODULE = "benchmarks.peers.programs"
_COPY = "our sink: psycopg `COPY`, `write_row`"
_LOOSE = "at least once, offsets in Kafka; no checks of the event, no dead letters"

PEERS = (
    Peer(
        "faust",
        "Faust 0.15.3, stock agent, `take_events` of 1,000",
        _COPY,
        f"{_LOOSE}; fastavro",
        program("faust", "-m", f"{_MODULE}.faust_agent"),
    ),
    Peer(
        "connect",
        "Kafka Connect 4.3.1, Debezium JDBC sink 3.2.0, 4 tasks",
        "its sink: batched `INSERT`",
        "at least once, offsets in Kafka; reads flat JSON whose payload is text already: no Avro "
        "decoded, no payload written as JSON; topic, partition and offset are constants",
        connect.launch,
        flat=True,
    ),
    Peer(
        "quixstreams",
        "quixstreams 3.28.1, PostgreSQLSink, commit every 10,000",
        "its sink: multi-row `INSERT`",
        f"{_LOOSE}; its Avro deserializer",
        program("quixstreams", "-m", f"{_MODULE}.quix_app"),
    ),
    Peer(
        "bytewax",
        "Bytewax 0.21.1, source batches of 5,000",
        _COPY,
        "no recovery store set: starts over after a crash; no checks, no dead letters; fastavro",
        program("bytewax", "-m", "bytewax.run", f"{_MODULE}.bytewax_flow:flow"),
    ),
    Peer(
        "faststream",
        "FastStream 0.7.8, batches of up to 5,000",
        _COPY,
        f"{_LOOSE}; fastavro",
        program("faststream", "-m", f"{_MODULE}.faststream_app"),
    ),
)
