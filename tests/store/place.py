"""Where a test's event store is."""

from deploy.local.direct import DirectStack
from headrace.store import EventStore
from tests.store.catalog import game_catalog


class Place:
    """One store's database: its URLs by role."""

    def __init__(self, stack: DirectStack, name: str) -> None:
        self.app = _on(stack.store_database_url, name)
        self.api = _on(stack.api_database_url, name)
        self.owner = _on(stack.database_url, name)
        self.admin = _on(stack.admin_url, name)
        self.name = name

    def store(self) -> EventStore:
        return EventStore(self.app, source="tests", catalog=game_catalog(), connections=8)


def _on(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"
