"""Posts events to the API: batches one after the other, or single events at a fixed rate.

`batches CONNECTIONS SIZE SECONDS`, `single PER_SECOND SECONDS`, or
`beside PER_SECOND SIZE SECONDS`: single events while one connection posts batches. A single
post's latency counts from the moment it was due, so that a stall is not hidden by the posts that it
holds back.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import uvloop

from benchmarks.programs.http_client import Posting, at_a_rate, back_to_back
from benchmarks.shapes.samples import SMALL
from headrace.catalog import load_catalog
from headrace.settings import load_settings


def event() -> dict[str, Any]:
    """One event without id and time: the API gives them."""
    return {
        "eventType": SMALL,
        "source": "ai",
        "correlationId": "0196f6a4-5c1d-7c3e-9b1a-2f6d7c8e9a01",
        "aggregateType": "user",
        "aggregateId": "u-0012345",
        "accountId": "a-001",
        "payload": dict(load_catalog().event_type(SMALL).latest.example),
    }


async def main(kind: str, numbers: Sequence[float]) -> dict[str, Any]:
    """The load of that kind. `latencies` are those of single events where there are any."""
    seconds = numbers[-1]
    if kind == "batches":
        size = int(numbers[1])
        batches = await _posting(size)
        return await _measured(
            batches, {batches: size}, back_to_back(batches, int(numbers[0]), seconds)
        )
    single = await _posting(1)
    load, sizes = at_a_rate(single, numbers[0], seconds), {single: 1}
    if kind == "single":
        return await _measured(single, sizes, load)
    size = int(numbers[1])
    batches = await _posting(size)
    both = asyncio.gather(load, back_to_back(batches, 1, seconds))
    return await _measured(single, sizes | {batches: size}, both)


async def _posting(size: int) -> Posting:
    one = event()
    posting = Posting(load_settings(), json.dumps([one] * size if size > 1 else one).encode())
    await posting.once()
    return posting


async def _measured(timed: Posting, sizes: dict[Posting, int], load: Any) -> dict[str, Any]:
    began, used = time.perf_counter(), time.process_time()
    await load
    took = time.perf_counter() - began
    events = sum(size * len(posting.latencies) for posting, size in sizes.items())
    failures = [failure for posting in sizes for failure in posting.failures]
    return {
        "events": events,
        "events_per_second": events / took,
        "latencies": timed.latencies,
        "failed": len(failures),
        "failure": failures[:1],
        "client_cpu": time.process_time() - used,
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(main(sys.argv[1], [float(word) for word in sys.argv[2:]]))))
