"""How much the relay takes at once. Pure."""

from dataclasses import dataclass

SMALLEST_PAGE = 16
LARGEST_PAGE = 2_000
PAGE_BYTES = 4 << 20


@dataclass(slots=True)
class PageSize:
    """Events that are asked for at once: as many as make about PAGE_BYTES, going by the last page.
    The store gives fewer where they are larger; being asked for few it has less to look at.
    """

    events: int = 256

    def note(self, events: int, size: int) -> None:
        """A page had so many events of so many bytes in all."""
        if events and size:
            fitting = max(SMALLEST_PAGE, PAGE_BYTES * events // size)
            self.events = min(fitting, self.events * 2, LARGEST_PAGE)
