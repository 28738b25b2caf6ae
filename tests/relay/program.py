"""A relay to be killed, as `headrace worker relay`; `RELAY_PREFIX` names what it has in Kafka."""

import os
import signal
import threading

from headrace.logs import configure
from headrace.settings import load_settings
from processors.relay import build
from tests.relay.setting import SILENT_SECONDS, catalog_of, names_of


def main() -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    prefix = os.environ["RELAY_PREFIX"]
    configure("info", "relay")
    wired = build(
        load_settings(),
        stop=stop,
        catalog=catalog_of(prefix),
        names=names_of(prefix),
        silent=SILENT_SECONDS,
    )
    wired.relay.run()


if __name__ == "__main__":
    main()
