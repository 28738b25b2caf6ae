# Generated from the schemas by `headrace schemas generate`; do not edit.
"""The events of the domain user: what their payloads hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, TypeAlias

from headrace.events.base import UNFIT, Timestamp, TypedEvent, TypedRecord, does_not_fit

DeletionReason: TypeAlias = Literal[
    "user_request",
    "erasure_request",
    "inactivity",
    "fraud",
    "other",
]
"""Why an account was closed."""

TravelStyle: TypeAlias = Literal[
    "adventure",
    "beach",
    "business",
    "city",
    "culture",
    "family",
    "luxury",
    "nature",
    "other",
]
"""A way of travelling."""

Cabin: TypeAlias = Literal[
    "economy",
    "premium_economy",
    "business",
    "first",
]
"""The class of travel."""


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
class BudgetRange(TypedRecord):
    """What a user means to spend on one trip."""

    minimum: Money
    """The lower end."""
    maximum: Money
    """The upper end."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "minimum": self.minimum.to_payload(),
            "maximum": self.maximum.to_payload(),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                minimum=Money.from_payload(payload["minimum"]),
                maximum=Money.from_payload(payload["maximum"]),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactConsent(TypedRecord):
    """By which ways a user allows messages that are not about a booking."""

    email: bool
    """By e-mail."""
    sms: bool
    """By text message."""
    push: bool
    """By push notification."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "email": self.email,
            "sms": self.sms,
            "push": self.push,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                email=payload["email"],
                sms=payload["sms"],
                push=payload["push"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCreated(TypedEvent):
    """A traveller opened an account.

    user.created 1.0, on the topic dreamscape.user.created.
    """

    event_type: ClassVar[str] = "user.created"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.user.created"
    aggregate_id_field: ClassVar[str | None] = "userId"

    user_id: str
    """The user's id."""
    email: str | None
    """The address the user signs in with, as given. Personal: email of userId."""
    first_name: str | None
    """Given name. Personal: name of userId."""
    last_name: str | None
    """Family name. Personal: name of userId."""
    created_at: Timestamp
    """When the account was opened."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "userId": self.user_id,
            "email": self.email,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "createdAt": self.created_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                user_id=payload["userId"],
                email=payload["email"],
                first_name=payload["firstName"],
                last_name=payload["lastName"],
                created_at=payload["createdAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class UserUpdated(TypedEvent):
    """A user's account data changed. Carries the values after the change.

    user.updated 1.0, on the topic dreamscape.user.updated.
    """

    event_type: ClassVar[str] = "user.updated"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.user.updated"
    aggregate_id_field: ClassVar[str | None] = "userId"

    user_id: str
    """The user's id."""
    email: str | None
    """The address the user signs in with. Personal: email of userId."""
    first_name: str | None
    """Given name. Personal: name of userId."""
    last_name: str | None
    """Family name. Personal: name of userId."""
    phone: str | None = None
    """Telephone number in E.164 form; null when none is on file. Personal: phone of userId."""
    changed_fields: list[str]
    """Names of this payload's fields that this change touched; the others repeat the current value.
    """
    updated_at: Timestamp
    """When the change took effect."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "userId": self.user_id,
            "email": self.email,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "phone": self.phone,
            "changedFields": self.changed_fields,
            "updatedAt": self.updated_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                user_id=payload["userId"],
                email=payload["email"],
                first_name=payload["firstName"],
                last_name=payload["lastName"],
                phone=payload.get("phone"),
                changed_fields=payload["changedFields"],
                updated_at=payload["updatedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDeleted(TypedEvent):
    """A user's account was closed. Services that hold something for the user release it.

    user.deleted 1.0, on the topic dreamscape.user.deleted.
    """

    event_type: ClassVar[str] = "user.deleted"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.user.deleted"
    aggregate_id_field: ClassVar[str | None] = "userId"

    user_id: str
    """The user's id."""
    reason: DeletionReason
    """Why the account was closed."""
    erase_personal_data: bool
    """True when the user's personal data is to be forgotten, not only the account closed."""
    deleted_at: Timestamp
    """When the account was closed."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "userId": self.user_id,
            "reason": self.reason,
            "erasePersonalData": self.erase_personal_data,
            "deletedAt": self.deleted_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                user_id=payload["userId"],
                reason=payload["reason"],
                erase_personal_data=payload["erasePersonalData"],
                deleted_at=payload["deletedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class UserProfileUpdated(TypedEvent):
    """What a user tells about themself changed. Carries the values after the change.

    user.profile.updated 1.0, on the topic dreamscape.user.profile.updated.
    """

    event_type: ClassVar[str] = "user.profile.updated"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.user.profile.updated"
    aggregate_id_field: ClassVar[str | None] = "userId"

    user_id: str
    """The user's id."""
    display_name: str | None = None
    """The name shown to others; null when hidden. Personal: name of userId."""
    biography: str | None = None
    """The user's own words about themself. Personal: text of userId."""
    birth_date: str | None = None
    """Date of birth, YYYY-MM-DD. Personal: birthdate of userId."""
    country_code: str | None = None
    """Country of residence, ISO 3166-1 alpha-2."""
    home_airport: str | None = None
    """IATA code of the airport the user usually leaves from."""
    languages: list[str]
    """Languages the user reads, BCP 47 tags, the preferred one first."""
    changed_fields: list[str]
    """Names of this payload's fields that this change touched; the others repeat the current value.
    """
    updated_at: Timestamp
    """When the change took effect."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "userId": self.user_id,
            "displayName": self.display_name,
            "biography": self.biography,
            "birthDate": self.birth_date,
            "countryCode": self.country_code,
            "homeAirport": self.home_airport,
            "languages": self.languages,
            "changedFields": self.changed_fields,
            "updatedAt": self.updated_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                user_id=payload["userId"],
                display_name=payload.get("displayName"),
                biography=payload.get("biography"),
                birth_date=payload.get("birthDate"),
                country_code=payload.get("countryCode"),
                home_airport=payload.get("homeAirport"),
                languages=payload["languages"],
                changed_fields=payload["changedFields"],
                updated_at=payload["updatedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPreferencesUpdated(TypedEvent):
    """A user's travel preferences changed. Carries all preferences after the change.

    user.preferences.updated 1.0, on the topic dreamscape.user.preferences.updated.
    """

    event_type: ClassVar[str] = "user.preferences.updated"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.user.preferences.updated"
    aggregate_id_field: ClassVar[str | None] = "userId"

    user_id: str
    """The user's id."""
    currency: str
    """ISO 4217 code of the currency that prices are shown in."""
    language: str
    """BCP 47 tag of the language of pages and messages."""
    travel_styles: list[TravelStyle]
    """The ways of travelling the user likes, the most liked first."""
    favourite_destinations: list[str]
    """IATA city codes the user saved."""
    cabin: Cabin | None = None
    """The class of travel the user prefers."""
    trip_budget: BudgetRange | None = None
    """What the user means to spend on one trip."""
    consent: ContactConsent
    """What the user agreed to."""
    updated_at: Timestamp
    """When the change took effect."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "userId": self.user_id,
            "currency": self.currency,
            "language": self.language,
            "travelStyles": self.travel_styles,
            "favouriteDestinations": self.favourite_destinations,
            "cabin": self.cabin,
            "tripBudget": None if self.trip_budget is None else self.trip_budget.to_payload(),
            "consent": self.consent.to_payload(),
            "updatedAt": self.updated_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                user_id=payload["userId"],
                currency=payload["currency"],
                language=payload["language"],
                travel_styles=payload["travelStyles"],
                favourite_destinations=payload["favouriteDestinations"],
                cabin=payload.get("cabin"),
                trip_budget=(
                    None
                    if (found := payload.get("tripBudget")) is None
                    else BudgetRange.from_payload(found)
                ),
                consent=ContactConsent.from_payload(payload["consent"]),
                updated_at=payload["updatedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error
