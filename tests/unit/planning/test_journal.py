"""What the journal's records say, whoever wrote them."""

from headrace.catalog.planning import FoundState, FoundTopic, Made, WantedState
from headrace.kafka import Record
from headrace.kafka.provision.journal import _made, _notes, _take
from headrace.kafka.provision.ours import ours


def record(key: bytes | None, value: bytes | None) -> Record:
    return Record("headrace.catalog", 0, 0, 0, key, value, ())


def test_notes_come_back_as_they_were_written() -> None:
    made = Made({"a.b": "id 1"}, frozenset({"a-service"}), frozenset({"a/group"}))
    assert _made(_notes(made)) == made


def test_a_tombstone_ends_a_note_and_what_others_wrote_is_no_claim() -> None:
    notes: dict[str, str] = {}
    for key, value in (
        (b"topic/a", b'{"id": "1"}'),
        (b"topic/b", b'{"id": "2"}'),
        (b"topic/a", None),
        (None, b"x"),
        (b"\xff", b"\xff"),
        (b"topic/", b"{}"),
        (b"topic/c", b"no JSON"),
        (b"topic/d", b"[1]"),
        (b"cluster/e", b"{}"),
    ):
        _take(record(key, value), notes)
    assert _made(notes) == Made({"b": "2", "c": "", "d": ""})


NOTHING = WantedState({}, frozenset(), frozenset(), frozenset(), {})


def test_what_is_gone_is_no_longer_ours_and_what_was_not_looked_at_stays() -> None:
    made = Made({"t": "1", "gone": "2", "anew": "3"}, frozenset({"p"}), frozenset({"g"}))
    topics = {
        "t": FoundTopic("t", "1", 1, 1, {}),
        "anew": FoundTopic("anew", "4", 1, 1, {}),
        "foreign": FoundTopic("foreign", "5", 1, 1, {}),
    }
    found = FoundState(topics=topics, made=made)
    assert ours(NOTHING, found) == Made({"t": "1"}, frozenset({"p"}), frozenset({"g"}))
    complete = FoundState(topics=topics, users=frozenset(), acls=frozenset(), made=made)
    assert ours(NOTHING, complete) == Made({"t": "1"})
    assert ours(NOTHING, FoundState(made=made)) == made
