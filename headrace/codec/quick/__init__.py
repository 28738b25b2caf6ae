"""The quick way from an event's JSON to the event, and from there to Avro's bytes: one pass each.

`payload_writer(schema)` and `event_writer(…)` give functions, put together once per schema, that
check a value and write it at once; `read_event` makes an event of its JSON; `posted_writer(…)` goes
from JSON to the record for Kafka with no event in between. They know only what is right. Whatever
they do not vouch for, wrong or merely unusual, raises Doubt, and the full check
(`headrace.codec.full`, `headrace.event_json`) decides: it names the fields that are wrong, and
fastavro writes those that are not. So there is one place that knows what to refuse and why, and
tests hold all ways to the same bytes.
"""

from headrace.codec.quick.compounds import payload_writer
from headrace.codec.quick.doubt import Doubt, Write
from headrace.codec.quick.events import WriteEvent, event_writer
from headrace.codec.quick.posted import Given, WritePosted, posted_writer
from headrace.codec.quick.reading import read_event

__all__ = [
    "Doubt",
    "Given",
    "Write",
    "WriteEvent",
    "WritePosted",
    "event_writer",
    "payload_writer",
    "posted_writer",
    "read_event",
]
