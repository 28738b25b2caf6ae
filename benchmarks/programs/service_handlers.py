"""A service whose handler does nothing, called event by event with the typed event."""

import os
import signal
import sys

from benchmarks.programs.timing import Timing
from headrace import Metadata, Service
from headrace.events import AiUserBehaviorAnalyzed
from headrace.logs import configure


def main(events: int, ledger: str) -> None:
    service = Service("user-service", ledger="postgres" if ledger == "postgres" else "kafka")
    timing = Timing(events)

    @service.on(AiUserBehaviorAnalyzed)
    async def handle(event: AiUserBehaviorAnalyzed, metadata: Metadata) -> None:
        del event, metadata
        if timing.add(1):
            print(timing.found, flush=True)
            os.kill(os.getpid(), signal.SIGTERM)

    configure("warn", "benchmark")
    service.run()


if __name__ == "__main__":
    os.environ["LOG_LEVEL"] = "warn"
    main(int(sys.argv[1]), sys.argv[2])
    os._exit(0)
