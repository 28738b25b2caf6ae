"""A player of the event store over HTTP: what several test modules send and read."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

CORRELATION = "a-flow"
BORN = {
    "username": "Ada",
    "class": "Mage",
    "level": 1,
    "baseStats": {"health": 60, "mana": 120, "stamina": 50},
}


def born(**metadata: Any) -> dict[str, Any]:
    return _event("JoueurCree", BORN, metadata)


def gained(amount: int, total: int, **metadata: Any) -> dict[str, Any]:
    return _event(
        "ExperienceGagnee", {"amount": amount, "source": "quest", "total": total}, metadata
    )


def _event(event_type: str, data: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "eventType": event_type,
        "eventData": data,
        "metadata": {"correlationId": CORRELATION, **metadata},
    }


@dataclass
class Player:
    """A stream of its own."""

    client: httpx.AsyncClient
    id: str = field(default_factory=lambda: str(uuid4()))

    @property
    def stream(self) -> str:
        return f"Joueur-{self.id}"

    async def append(self, body: Any, path: str | None = None, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(
            path or f"/api/streams/{self.stream}", json=body, headers=sent
        )

    async def create(self, gains: int = 0) -> None:
        """Its birth, and so many gains of a point: `gains` + 1 events."""
        events = [born(), *(gained(1, n) for n in range(1, gains + 1))]
        made = await self.append(events, If_None_Match="*")
        assert made.status_code == 201, made.text

    async def read(self, **parameters: Any) -> httpx.Response:
        return await self.client.get(f"/api/events/stream/{self.stream}", params=parameters)

    async def state(self, **parameters: Any) -> httpx.Response:
        return await self.client.get(f"/api/events/state/{self.id}", params=parameters)
