# Generated from the schemas by `headrace schemas generate`; do not edit.
"""The events of the domain ai: what their payloads hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self, TypeAlias

from headrace.events.base import UNFIT, Date, Timestamp, TypedEvent, TypedRecord, does_not_fit

Placement: TypeAlias = Literal[
    "home_page",
    "search_results",
    "booking_page",
    "email",
    "push",
]
"""Where recommendations are shown."""

RecommendedKind: TypeAlias = Literal[
    "destination",
    "flight",
    "hotel",
    "activity",
    "package",
]
"""What can be recommended."""

PredictionKind: TypeAlias = Literal[
    "price",
    "demand",
    "delay",
    "cancellation",
    "churn",
    "conversion",
]
"""What is foretold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(TypedRecord):
    """An amount of money."""

    minor_units: int
    """The amount in the currency's smallest unit: 34990 is 349.90 EUR, 500 is 500 JPY."""
    currency: str
    """The currency's ISO 4217 code."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "minorUnits": self.minor_units,
            "currency": self.currency,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                minor_units=payload["minorUnits"],
                currency=payload["currency"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendedItem(TypedRecord):
    """One recommendation."""

    rank: int
    """Its place in the list, from 1."""
    kind: RecommendedKind
    """What it is."""
    item_id: str
    """Its id in the catalogue of its kind."""
    title: str
    """One line for people."""
    score: float
    """How well it fits, 0 to 1."""
    reasons: list[str]
    """Why it was chosen, the strongest first: similar_users, recent_search."""
    price: Money | None = None
    """The price at that moment."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "rank": self.rank,
            "kind": self.kind,
            "itemId": self.item_id,
            "title": self.title,
            "score": self.score,
            "reasons": self.reasons,
            "price": None if self.price is None else self.price.to_payload(),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                rank=payload["rank"],
                kind=payload["kind"],
                item_id=payload["itemId"],
                title=payload["title"],
                score=payload["score"],
                reasons=payload["reasons"],
                price=(
                    None if (found := payload.get("price")) is None else Money.from_payload(found)
                ),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentMembership(TypedRecord):
    """How well a user fits a segment."""

    segment: str
    """The segment's name: weekend_traveller."""
    score: float
    """How well the user fits it, 0 to 1."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "segment": self.segment,
            "score": self.score,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                segment=payload["segment"],
                score=payload["score"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AiRecommendationRequested(TypedEvent):
    """Recommendations were asked for.

    ai.recommendation.requested 1.0, on the topic dreamscape.ai.recommendation.requested.
    """

    event_type: ClassVar[str] = "ai.recommendation.requested"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.ai.recommendation.requested"
    aggregate_id_field: ClassVar[str | None] = "requestId"

    request_id: str
    """The request's id."""
    user_id: str | None = None
    """The user they are for; null for a visitor who is not signed in."""
    session_id: str | None = None
    """The browsing session they are for."""
    placement: Placement
    """Where they will be shown."""
    kinds: list[RecommendedKind]
    """What may be recommended; empty means anything."""
    destination: str | None = None
    """IATA city code, when the place is already chosen."""
    start_date: Date | None = None
    """First day of travel, when it is already chosen."""
    budget: Money | None = None
    """The most a trip may cost."""
    limit: int
    """How many are wanted."""
    requested_at: Timestamp
    """When they were asked for."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "requestId": self.request_id,
            "userId": self.user_id,
            "sessionId": self.session_id,
            "placement": self.placement,
            "kinds": self.kinds,
            "destination": self.destination,
            "startDate": self.start_date,
            "budget": None if self.budget is None else self.budget.to_payload(),
            "limit": self.limit,
            "requestedAt": self.requested_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                request_id=payload["requestId"],
                user_id=payload.get("userId"),
                session_id=payload.get("sessionId"),
                placement=payload["placement"],
                kinds=payload["kinds"],
                destination=payload.get("destination"),
                start_date=payload.get("startDate"),
                budget=(
                    None if (found := payload.get("budget")) is None else Money.from_payload(found)
                ),
                limit=payload["limit"],
                requested_at=payload["requestedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AiRecommendationGenerated(TypedEvent):
    """Recommendations were worked out for somebody.

    ai.recommendation.generated 1.0, on the topic dreamscape.ai.recommendation.generated.
    """

    event_type: ClassVar[str] = "ai.recommendation.generated"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.ai.recommendation.generated"
    aggregate_id_field: ClassVar[str | None] = "requestId"

    recommendation_id: str
    """The list's id."""
    request_id: str
    """The request that it answers."""
    user_id: str | None = None
    """The user they are for; null for a visitor who is not signed in."""
    model: str
    """The model's name."""
    model_version: str
    """The model's version, to compare and to roll back."""
    items: list[RecommendedItem]
    """The list, the best first; empty when nothing fits."""
    duration_millis: int
    """How long the model took."""
    generated_at: Timestamp
    """When the list was made."""
    expires_at: Timestamp | None = None
    """When it should no longer be shown."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "recommendationId": self.recommendation_id,
            "requestId": self.request_id,
            "userId": self.user_id,
            "model": self.model,
            "modelVersion": self.model_version,
            "items": [each.to_payload() for each in self.items],
            "durationMillis": self.duration_millis,
            "generatedAt": self.generated_at,
            "expiresAt": self.expires_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                recommendation_id=payload["recommendationId"],
                request_id=payload["requestId"],
                user_id=payload.get("userId"),
                model=payload["model"],
                model_version=payload["modelVersion"],
                items=[RecommendedItem.from_payload(each) for each in payload["items"]],
                duration_millis=payload["durationMillis"],
                generated_at=payload["generatedAt"],
                expires_at=payload.get("expiresAt"),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AiPredictionMade(TypedEvent):
    """A model foretold a number about something.

    ai.prediction.made 1.0, on the topic dreamscape.ai.prediction.made.
    """

    event_type: ClassVar[str] = "ai.prediction.made"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.ai.prediction.made"
    aggregate_id_field: ClassVar[str | None] = "predictionId"

    prediction_id: str
    """The prediction's id."""
    kind: PredictionKind
    """What is foretold."""
    subject_type: str
    """What kind of thing it is about: route, hotel, booking, user."""
    subject_id: str
    """Which one: CDG-LIS."""
    model: str
    """The model's name."""
    model_version: str
    """The model's version, to compare and to roll back."""
    value: float
    """The number foretold."""
    unit: str
    """What the number counts: EUR, minutes, probability."""
    lower_bound: float | None = None
    """The lower end of the interval that confidence belongs to."""
    upper_bound: float | None = None
    """The upper end of that interval."""
    confidence: float | None = None
    """The probability that the true number lies in the interval, 0 to 1."""
    features: dict[str, float] = field(default_factory=dict)
    """The inputs that weighed most, by name."""
    target_date: Date | None = None
    """The day it is foretold for."""
    valid_until: Timestamp
    """When it should be made anew."""
    predicted_at: Timestamp
    """When it was made."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "predictionId": self.prediction_id,
            "kind": self.kind,
            "subjectType": self.subject_type,
            "subjectId": self.subject_id,
            "model": self.model,
            "modelVersion": self.model_version,
            "value": self.value,
            "unit": self.unit,
            "lowerBound": self.lower_bound,
            "upperBound": self.upper_bound,
            "confidence": self.confidence,
            "features": self.features,
            "targetDate": self.target_date,
            "validUntil": self.valid_until,
            "predictedAt": self.predicted_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                prediction_id=payload["predictionId"],
                kind=payload["kind"],
                subject_type=payload["subjectType"],
                subject_id=payload["subjectId"],
                model=payload["model"],
                model_version=payload["modelVersion"],
                value=payload["value"],
                unit=payload["unit"],
                lower_bound=payload.get("lowerBound"),
                upper_bound=payload.get("upperBound"),
                confidence=payload.get("confidence"),
                features=payload.get("features", {}),
                target_date=payload.get("targetDate"),
                valid_until=payload["validUntil"],
                predicted_at=payload["predictedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AiUserBehaviorAnalyzed(TypedEvent):
    """What a user did over a time was summed up.

    ai.user.behavior.analyzed 1.0, on the topic dreamscape.ai.user.behavior.analyzed.
    """

    event_type: ClassVar[str] = "ai.user.behavior.analyzed"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.ai.user.behavior.analyzed"
    aggregate_id_field: ClassVar[str | None] = "userId"

    analysis_id: str
    """The analysis' id."""
    user_id: str
    """The user it is about."""
    window_start: Timestamp
    """The first moment looked at."""
    window_end: Timestamp
    """The first moment no longer looked at."""
    event_count: int
    """How many events were looked at."""
    segments: list[SegmentMembership]
    """The segments the user fits, the best first."""
    traits: dict[str, float] = field(default_factory=dict)
    """What was measured, by name: searchesPerBooking."""
    churn_probability: float | None = None
    """The probability that the user does not come back within 90 days."""
    model: str
    """The model's name."""
    model_version: str
    """The model's version, to compare and to roll back."""
    analyzed_at: Timestamp
    """When it was summed up."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "analysisId": self.analysis_id,
            "userId": self.user_id,
            "windowStart": self.window_start,
            "windowEnd": self.window_end,
            "eventCount": self.event_count,
            "segments": [each.to_payload() for each in self.segments],
            "traits": self.traits,
            "churnProbability": self.churn_probability,
            "model": self.model,
            "modelVersion": self.model_version,
            "analyzedAt": self.analyzed_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                analysis_id=payload["analysisId"],
                user_id=payload["userId"],
                window_start=payload["windowStart"],
                window_end=payload["windowEnd"],
                event_count=payload["eventCount"],
                segments=[SegmentMembership.from_payload(each) for each in payload["segments"]],
                traits=payload.get("traits", {}),
                churn_probability=payload.get("churnProbability"),
                model=payload["model"],
                model_version=payload["modelVersion"],
                analyzed_at=payload["analyzedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error
