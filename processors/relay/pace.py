"""How often the relay looks for news, and how much it takes at once. Pure."""

from dataclasses import dataclass

SHORTEST_SECONDS = 0.002
LONGEST_SECONDS = 0.02
_LONGER = 1.3
SMALLEST_PAGE = 16
LARGEST_PAGE = 2_000
PAGE_BYTES = 4 << 20


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


@dataclass(slots=True)
class PageSize:
    """Events that are read at once: as many as make about PAGE_BYTES, going by the last page."""

    events: int = 256

    def note(self, events: int, size: int) -> None:
        """A page had so many events of so many bytes in all."""
        if events and size:
            fitting = max(SMALLEST_PAGE, PAGE_BYTES * events // size)
            self.events = min(fitting, self.events * 2, LARGEST_PAGE)
