"""The limit that supervisord lacks: a process that ends again and again is given up.

supervisord counts only the starts that fail within `startsecs`; what lives longer it restarts for
ever. It loads this module into itself as a plugin (`make` is named in its configuration), which
follows its events: too many ends within the window, and the process stays down until it is
started by hand.
"""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from supervisor import events

from headrace.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class Policy:
    """At most `restarts` within `window_seconds`."""

    restarts: int
    window_seconds: float


@dataclass
class RestartLimit:
    """Called by supervisord, between two looks at its processes: it must not block."""

    clock: Clock
    policy: Policy
    _ends: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _given_up: dict[str, Any] = field(default_factory=dict)

    def on_exit(self, event: Any) -> None:
        """A process ended without being told to. supervisord restarts it unless told not to."""
        config = event.process.config
        ends, now = self._ends[config.name], self.clock.monotonic()
        ends.append(now)
        while now - ends[0] > self.policy.window_seconds:
            ends.popleft()
        if len(ends) > self.policy.restarts:
            self._given_up[config.name] = config.autorestart
            config.autorestart = False
            config.options.logger.critical(
                f"gave up: {config.name} ended {len(ends)} times "
                f"in {self.policy.window_seconds:g} seconds"
            )

    def on_start(self, event: Any) -> None:
        """Somebody starts a process that was given up: its count begins anew."""
        config = event.process.config
        if config.name in self._given_up:
            config.autorestart = self._given_up.pop(config.name)
            self._ends[config.name].clear()


def make(_supervisord: Any, **options: str) -> object:
    """supervisord's hook for plugins, with the options of its section; it offers no calls."""
    limit = RestartLimit(SystemClock(), _policy(options))
    events.subscribe(events.ProcessStateExitedEvent, limit.on_exit)
    events.subscribe(events.ProcessStateStartingEvent, limit.on_start)
    return object()


def _policy(options: Mapping[str, str]) -> Policy:
    return Policy(int(options["restarts"]), float(options["window_seconds"]))
