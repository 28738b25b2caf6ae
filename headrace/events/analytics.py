# Generated from the schemas by `headrace schemas generate`; do not edit.
"""The events of the domain analytics: what their payloads hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from headrace.events.base import UNFIT, Timestamp, TypedEvent, TypedRecord, does_not_fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport(TypedRecord):
    """The visible part of the browser's window."""

    width: int
    """CSS pixels across."""
    height: int
    """CSS pixels down."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "width": self.width,
            "height": self.height,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                width=payload["width"],
                height=payload["height"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign(TypedRecord):
    """Where an advertisement brought a visitor from."""

    source: str
    """utm_source."""
    medium: str | None = None
    """utm_medium."""
    name: str | None = None
    """utm_campaign."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "medium": self.medium,
            "name": self.name,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                source=payload["source"],
                medium=payload.get("medium"),
                name=payload.get("name"),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyticsEventTracked(TypedEvent):
    """Anything a service wants counted or measured: a click, a business moment, a sensor's reading.

    analytics.event.tracked 1.0, on the topic dreamscape.analytics.event.tracked.
    """

    event_type: ClassVar[str] = "analytics.event.tracked"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.analytics.event.tracked"
    aggregate_id_field: ClassVar[str | None] = None

    name: str
    """What was observed, in lower case with dots: cart.opened, weather.observed."""
    category: str
    """The group that it is reported under: navigation, commerce, weather."""
    user_id: str | None = None
    """The user it concerns; null when nobody, or nobody known."""
    session_id: str | None = None
    """The browsing session it happened in; null outside one."""
    measurements: dict[str, float] = field(default_factory=dict)
    """Numbers by name, the unit in the name: temperatureFahrenheit. A missing reading is left out.
    """
    properties: dict[str, str] = field(default_factory=dict)
    """Texts by name, to filter and group by. Never personal data."""
    occurred_at: Timestamp
    """When it was observed, UTC; the envelope's time is when it was published."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "category": self.category,
            "userId": self.user_id,
            "sessionId": self.session_id,
            "measurements": self.measurements,
            "properties": self.properties,
            "occurredAt": self.occurred_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                name=payload["name"],
                category=payload["category"],
                user_id=payload.get("userId"),
                session_id=payload.get("sessionId"),
                measurements=payload.get("measurements", {}),
                properties=payload.get("properties", {}),
                occurred_at=payload["occurredAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyticsPageView(TypedEvent):
    """A visitor opened a page of the web site.

    analytics.page.view 1.0, on the topic dreamscape.analytics.page.view.
    """

    event_type: ClassVar[str] = "analytics.page.view"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.analytics.page.view"
    aggregate_id_field: ClassVar[str | None] = "sessionId"

    view_id: str
    """The view's id."""
    visitor_id: str
    """The browser's own random id, the same over its visits."""
    user_id: str | None = None
    """The user; null for a visitor who is not signed in."""
    session_id: str
    """The browsing session."""
    url: str
    """The page's address without personal parameters."""
    path: str
    """The address' path, to group by."""
    title: str | None = None
    """The page's title."""
    referrer: str | None = None
    """The page it was reached from."""
    language: str | None = None
    """The browser's first language, BCP 47."""
    ip_address: str | None = None
    """The address the request came from. Personal: ip of visitorId."""
    user_agent: str | None = None
    """The browser's User-Agent header."""
    viewport: Viewport | None = None
    """How much of the page was visible."""
    campaign: Campaign | None = None
    """The advertisement that led here."""
    load_millis: int | None = None
    """From the click until the page could be used."""
    viewed_at: Timestamp
    """When the page was opened, by the browser's clock."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "viewId": self.view_id,
            "visitorId": self.visitor_id,
            "userId": self.user_id,
            "sessionId": self.session_id,
            "url": self.url,
            "path": self.path,
            "title": self.title,
            "referrer": self.referrer,
            "language": self.language,
            "ipAddress": self.ip_address,
            "userAgent": self.user_agent,
            "viewport": None if self.viewport is None else self.viewport.to_payload(),
            "campaign": None if self.campaign is None else self.campaign.to_payload(),
            "loadMillis": self.load_millis,
            "viewedAt": self.viewed_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                view_id=payload["viewId"],
                visitor_id=payload["visitorId"],
                user_id=payload.get("userId"),
                session_id=payload["sessionId"],
                url=payload["url"],
                path=payload["path"],
                title=payload.get("title"),
                referrer=payload.get("referrer"),
                language=payload.get("language"),
                ip_address=payload.get("ipAddress"),
                user_agent=payload.get("userAgent"),
                viewport=(
                    None
                    if (found := payload.get("viewport")) is None
                    else Viewport.from_payload(found)
                ),
                campaign=(
                    None
                    if (found := payload.get("campaign")) is None
                    else Campaign.from_payload(found)
                ),
                load_millis=payload.get("loadMillis"),
                viewed_at=payload["viewedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error
