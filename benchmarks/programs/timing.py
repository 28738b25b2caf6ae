"""Records counted by threads, from the first to the last, with this process' CPU time."""

import json
import threading
import time


class Timing:
    """`add` may be called from any thread; what the first call brings is not counted."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._lock = threading.Lock()
        self._seen = self._first = 0
        self._began = self._cpu = 0.0
        self.found = ""

    def add(self, records: int) -> bool:
        """True once all wanted records have come; `found` then is the JSON to print."""
        with self._lock:
            if not self._seen:
                self._began, self._cpu = time.perf_counter(), time.process_time()
                self._first = records
            self._seen += records
            if self._seen < self._wanted:
                return False
            counted = self._seen - self._first
            seconds = time.perf_counter() - self._began
            cpu = (time.process_time() - self._cpu) / counted * 1e6
            self.found = json.dumps({"per_second": counted / seconds, "cpu_micros": cpu})
            return True
