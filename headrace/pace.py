"""How often a follower of the event store looks for news. Pure."""

from dataclasses import dataclass

SHORTEST_SECONDS = 0.002
LONGEST_SECONDS = 0.015
_LONGER = 1.3


@dataclass(slots=True)
class Pace:
    """Looks every few milliseconds while there is something to do, and ever less often while there
    is not.
    """

    shortest: float = SHORTEST_SECONDS
    longest: float = LONGEST_SECONDS
    pause: float = LONGEST_SECONDS

    def busy(self) -> None:
        self.pause = self.shortest

    def idle(self) -> float:
        """Seconds until the next look."""
        pause, self.pause = self.pause, min(self.pause * _LONGER, self.longest)
        return pause
