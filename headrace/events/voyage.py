# Generated from the schemas by `headrace schemas generate`; do not edit.
"""The events of the domain voyage: what their payloads hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self, TypeAlias

from headrace.events.base import UNFIT, Date, Timestamp, TypedEvent, TypedRecord, does_not_fit

SearchKind: TypeAlias = Literal[
    "flight",
    "hotel",
    "package",
]
"""What is looked for."""

Cabin: TypeAlias = Literal[
    "economy",
    "premium_economy",
    "business",
    "first",
]
"""The class of travel."""

ItemKind: TypeAlias = Literal[
    "flight",
    "hotel",
    "transfer",
    "activity",
    "insurance",
]
"""What an item is."""

AgeGroup: TypeAlias = Literal[
    "adult",
    "child",
    "infant",
]
"""Age on the day of departure."""

CancellationReason: TypeAlias = Literal[
    "traveller_request",
    "payment_failed",
    "payment_overdue",
    "supplier_cancelled",
    "schedule_change",
    "fraud",
    "other",
]
"""Why a booking was given up."""

CancellationParty: TypeAlias = Literal[
    "traveller",
    "supplier",
    "agent",
    "system",
]
"""Who gave a booking up."""

UpdateParty: TypeAlias = Literal[
    "traveller",
    "supplier",
    "agent",
    "system",
]
"""Who changed a booking."""

Board: TypeAlias = Literal[
    "room_only",
    "breakfast",
    "half_board",
    "full_board",
    "all_inclusive",
]
"""Which meals are included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(TypedRecord):
    """How many travel together."""

    adults: int
    """Aged 12 or more."""
    children: int
    """Aged 2 to 11."""
    infants: int
    """Under 2."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "adults": self.adults,
            "children": self.children,
            "infants": self.infants,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                adults=payload["adults"],
                children=payload["children"],
                infants=payload["infants"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


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
class BookingItem(TypedRecord):
    """One thing that is booked."""

    item_id: str
    """The item's id within the booking."""
    kind: ItemKind
    """What it is."""
    description: str
    """One line for people: AF1024 CDG-LIS."""
    start_date: Date
    """First day of use."""
    end_date: Date | None = None
    """Last day of use; null when it is one day."""
    supplier_reference: str | None = None
    """The supplier's own reference, once there is one."""
    price: Money
    """The item's price."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "itemId": self.item_id,
            "kind": self.kind,
            "description": self.description,
            "startDate": self.start_date,
            "endDate": self.end_date,
            "supplierReference": self.supplier_reference,
            "price": self.price.to_payload(),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                item_id=payload["itemId"],
                kind=payload["kind"],
                description=payload["description"],
                start_date=payload["startDate"],
                end_date=payload.get("endDate"),
                supplier_reference=payload.get("supplierReference"),
                price=Money.from_payload(payload["price"]),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Traveller(TypedRecord):
    """A person who travels."""

    traveller_id: str
    """The traveller's id, stable over bookings."""
    first_name: str | None
    """Given name as in the travel document. Personal: name of travellerId."""
    last_name: str | None
    """Family name as in the travel document. Personal: name of travellerId."""
    age_group: AgeGroup
    """Age on the day of departure."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "travellerId": self.traveller_id,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "ageGroup": self.age_group,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                traveller_id=payload["travellerId"],
                first_name=payload["firstName"],
                last_name=payload["lastName"],
                age_group=payload["ageGroup"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingChange(TypedRecord):
    """One value that changed. Never a traveller's name or address."""

    field: str
    """Path of the value: items[item-2].startDate."""
    before: str | None = None
    """The former value as text; null when there was none."""
    after: str | None = None
    """The present value as text; null when it was removed."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "field": self.field,
            "before": self.before,
            "after": self.after,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                field=payload["field"],
                before=payload.get("before"),
                after=payload.get("after"),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Location(TypedRecord):
    """A point on earth, WGS 84."""

    latitude: float
    """Degrees, north positive."""
    longitude: float
    """Degrees, east positive."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "latitude": self.latitude,
            "longitude": self.longitude,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                latitude=payload["latitude"],
                longitude=payload["longitude"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class VoyageSearchPerformed(TypedEvent):
    """Somebody searched for a trip and got an answer.

    voyage.search.performed 1.0, on the topic dreamscape.voyage.search.performed.
    """

    event_type: ClassVar[str] = "voyage.search.performed"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.voyage.search.performed"
    aggregate_id_field: ClassVar[str | None] = "searchId"

    search_id: str
    """The search's id."""
    user_id: str | None = None
    """The user who searched; null for a visitor who is not signed in."""
    session_id: str | None = None
    """The browsing session it happened in."""
    kind: SearchKind
    """What was looked for."""
    origin: str | None = None
    """IATA city or airport code of departure; null for a hotel."""
    destination: str
    """IATA city or airport code of the place to go to."""
    start_date: Date
    """Day of departure or arrival at the hotel."""
    end_date: Date | None = None
    """Day of return or leaving the hotel; null for one way."""
    party: Party
    """Who travels."""
    cabin: Cabin | None = None
    """The class of travel asked for."""
    maximum_price: Money | None = None
    """The price limit that was set."""
    filters: dict[str, str] = field(default_factory=dict)
    """Further filters by name, as the search page names them."""
    result_count: int
    """How many offers were found; 0 is a missed sale."""
    duration_millis: int
    """How long the answer took."""
    performed_at: Timestamp
    """When the search was made."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "searchId": self.search_id,
            "userId": self.user_id,
            "sessionId": self.session_id,
            "kind": self.kind,
            "origin": self.origin,
            "destination": self.destination,
            "startDate": self.start_date,
            "endDate": self.end_date,
            "party": self.party.to_payload(),
            "cabin": self.cabin,
            "maximumPrice": None if self.maximum_price is None else self.maximum_price.to_payload(),
            "filters": self.filters,
            "resultCount": self.result_count,
            "durationMillis": self.duration_millis,
            "performedAt": self.performed_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                search_id=payload["searchId"],
                user_id=payload.get("userId"),
                session_id=payload.get("sessionId"),
                kind=payload["kind"],
                origin=payload.get("origin"),
                destination=payload["destination"],
                start_date=payload["startDate"],
                end_date=payload.get("endDate"),
                party=Party.from_payload(payload["party"]),
                cabin=payload.get("cabin"),
                maximum_price=(
                    None
                    if (found := payload.get("maximumPrice")) is None
                    else Money.from_payload(found)
                ),
                filters=payload.get("filters", {}),
                result_count=payload["resultCount"],
                duration_millis=payload["durationMillis"],
                performed_at=payload["performedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class VoyageBookingCreated(TypedEvent):
    """A booking was placed and waits for its payment.

    voyage.booking.created 1.0, on the topic dreamscape.voyage.booking.created.
    """

    event_type: ClassVar[str] = "voyage.booking.created"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.voyage.booking.created"
    aggregate_id_field: ClassVar[str | None] = "bookingId"

    booking_id: str
    """The booking's id."""
    user_id: str
    """The user who booked."""
    search_id: str | None = None
    """The search that led to it."""
    items: list[BookingItem]
    """What is booked."""
    travellers: list[Traveller]
    """Who travels."""
    contact_email: str | None
    """Where messages about the booking go. Personal: email of userId."""
    contact_phone: str | None = None
    """Number to call during the trip, E.164. Personal: phone of userId."""
    total: Money
    """The price of the whole booking."""
    payment_due_at: Timestamp
    """When the booking lapses unless it is paid."""
    created_at: Timestamp
    """When it was placed."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "bookingId": self.booking_id,
            "userId": self.user_id,
            "searchId": self.search_id,
            "items": [each.to_payload() for each in self.items],
            "travellers": [each.to_payload() for each in self.travellers],
            "contactEmail": self.contact_email,
            "contactPhone": self.contact_phone,
            "total": self.total.to_payload(),
            "paymentDueAt": self.payment_due_at,
            "createdAt": self.created_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                booking_id=payload["bookingId"],
                user_id=payload["userId"],
                search_id=payload.get("searchId"),
                items=[BookingItem.from_payload(each) for each in payload["items"]],
                travellers=[Traveller.from_payload(each) for each in payload["travellers"]],
                contact_email=payload["contactEmail"],
                contact_phone=payload.get("contactPhone"),
                total=Money.from_payload(payload["total"]),
                payment_due_at=payload["paymentDueAt"],
                created_at=payload["createdAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class VoyageBookingConfirmed(TypedEvent):
    """Every supplier has confirmed a booking: the trip takes place.

    voyage.booking.confirmed 1.0, on the topic dreamscape.voyage.booking.confirmed.
    """

    event_type: ClassVar[str] = "voyage.booking.confirmed"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.voyage.booking.confirmed"
    aggregate_id_field: ClassVar[str | None] = "bookingId"

    booking_id: str
    """The booking's id."""
    user_id: str
    """The user who booked."""
    confirmation_code: str
    """The code the traveller quotes."""
    payment_id: str | None = None
    """The payment that covered it; null when nothing was due."""
    items: list[BookingItem]
    """What is booked, with the suppliers' references."""
    total: Money
    """The price of the whole booking."""
    start_date: Date
    """First day of the trip."""
    end_date: Date | None = None
    """Last day of the trip."""
    confirmed_at: Timestamp
    """When the last supplier confirmed."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "bookingId": self.booking_id,
            "userId": self.user_id,
            "confirmationCode": self.confirmation_code,
            "paymentId": self.payment_id,
            "items": [each.to_payload() for each in self.items],
            "total": self.total.to_payload(),
            "startDate": self.start_date,
            "endDate": self.end_date,
            "confirmedAt": self.confirmed_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                booking_id=payload["bookingId"],
                user_id=payload["userId"],
                confirmation_code=payload["confirmationCode"],
                payment_id=payload.get("paymentId"),
                items=[BookingItem.from_payload(each) for each in payload["items"]],
                total=Money.from_payload(payload["total"]),
                start_date=payload["startDate"],
                end_date=payload.get("endDate"),
                confirmed_at=payload["confirmedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class VoyageBookingCancelled(TypedEvent):
    """A booking was given up. The payment service returns what is to be returned.

    voyage.booking.cancelled 1.0, on the topic dreamscape.voyage.booking.cancelled.
    """

    event_type: ClassVar[str] = "voyage.booking.cancelled"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.voyage.booking.cancelled"
    aggregate_id_field: ClassVar[str | None] = "bookingId"

    booking_id: str
    """The booking's id."""
    user_id: str
    """The user who booked."""
    payment_id: str | None = None
    """The payment to return money from; null when nothing was paid."""
    reason: CancellationReason
    """Why it was given up."""
    cancelled_by: CancellationParty
    """Who gave it up."""
    cancelled_items: list[str]
    """Ids of the items that fall away: all of them, for a whole booking."""
    penalty: Money
    """What is kept under the fare rules."""
    refundable: Money
    """What goes back to the traveller."""
    cancelled_at: Timestamp
    """When it was given up."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "bookingId": self.booking_id,
            "userId": self.user_id,
            "paymentId": self.payment_id,
            "reason": self.reason,
            "cancelledBy": self.cancelled_by,
            "cancelledItems": self.cancelled_items,
            "penalty": self.penalty.to_payload(),
            "refundable": self.refundable.to_payload(),
            "cancelledAt": self.cancelled_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                booking_id=payload["bookingId"],
                user_id=payload["userId"],
                payment_id=payload.get("paymentId"),
                reason=payload["reason"],
                cancelled_by=payload["cancelledBy"],
                cancelled_items=payload["cancelledItems"],
                penalty=Money.from_payload(payload["penalty"]),
                refundable=Money.from_payload(payload["refundable"]),
                cancelled_at=payload["cancelledAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class VoyageBookingUpdated(TypedEvent):
    """A booking's content or price changed after it was placed.

    voyage.booking.updated 1.0, on the topic dreamscape.voyage.booking.updated.
    """

    event_type: ClassVar[str] = "voyage.booking.updated"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.voyage.booking.updated"
    aggregate_id_field: ClassVar[str | None] = "bookingId"

    booking_id: str
    """The booking's id."""
    user_id: str
    """The user who booked."""
    changes: list[BookingChange]
    """What changed."""
    updated_by: UpdateParty
    """Who changed it."""
    previous_total: Money
    """The price before."""
    total: Money
    """The price now; the difference is to be charged or returned."""
    updated_at: Timestamp
    """When the change took effect."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "bookingId": self.booking_id,
            "userId": self.user_id,
            "changes": [each.to_payload() for each in self.changes],
            "updatedBy": self.updated_by,
            "previousTotal": self.previous_total.to_payload(),
            "total": self.total.to_payload(),
            "updatedAt": self.updated_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                booking_id=payload["bookingId"],
                user_id=payload["userId"],
                changes=[BookingChange.from_payload(each) for each in payload["changes"]],
                updated_by=payload["updatedBy"],
                previous_total=Money.from_payload(payload["previousTotal"]),
                total=Money.from_payload(payload["total"]),
                updated_at=payload["updatedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class VoyageFlightSelected(TypedEvent):
    """A flight that a traveller picked from a search's results, with the schedule and, once it has
    flown, what happened to it.

    voyage.flight.selected 1.0, on the topic dreamscape.voyage.flight.selected.
    """

    event_type: ClassVar[str] = "voyage.flight.selected"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.voyage.flight.selected"
    aggregate_id_field: ClassVar[str | None] = None

    search_id: str | None = None
    """The search whose result it was; null when the flight was opened directly."""
    user_id: str | None = None
    """The user who picked it; null for a visitor who is not signed in."""
    year: int
    """Year of departure, local to the origin."""
    month: int
    """Month of departure, 1 to 12, local to the origin."""
    day: int
    """Day of departure, 1 to 31, local to the origin."""
    departure_time: int | None = None
    """Actual departure as a local clock reading, HHMM: 517 is 05:17. Null before departure, or if
    cancelled.
    """
    scheduled_departure_time: int
    """Scheduled departure as a local clock reading, HHMM."""
    departure_delay_minutes: int | None = None
    """Actual minus scheduled departure; negative when early."""
    arrival_time: int | None = None
    """Actual arrival as a clock reading local to the destination, HHMM; null before arrival."""
    scheduled_arrival_time: int
    """Scheduled arrival as a clock reading local to the destination, HHMM."""
    arrival_delay_minutes: int | None = None
    """Actual minus scheduled arrival; negative when early."""
    carrier: str
    """The airline's two-character IATA code, such as UA."""
    carrier_name: str | None = None
    """The airline's name."""
    flight_number: int
    """The number after the carrier's code."""
    tail_number: str | None = None
    """The aircraft's registration, where it is known."""
    origin: str
    """IATA code of the airport of departure."""
    origin_name: str | None = None
    """Name of the airport of departure."""
    destination: str
    """IATA code of the airport of arrival."""
    destination_name: str | None = None
    """Name of the airport of arrival."""
    air_time_minutes: int | None = None
    """Minutes in the air; null before arrival."""
    distance_miles: int
    """Distance between the two airports."""
    hour: int
    """Hour of the scheduled departure, 0 to 23, local to the origin."""
    minute: int
    """Minute of the scheduled departure."""
    time_hour: Timestamp
    """The scheduled departure cut to the full hour, UTC; joins a flight with the weather."""
    cabin: Cabin | None = None
    """The class of travel that was picked."""
    fare: Money | None = None
    """The fare that was shown for the whole party."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "searchId": self.search_id,
            "userId": self.user_id,
            "year": self.year,
            "month": self.month,
            "day": self.day,
            "departureTime": self.departure_time,
            "scheduledDepartureTime": self.scheduled_departure_time,
            "departureDelayMinutes": self.departure_delay_minutes,
            "arrivalTime": self.arrival_time,
            "scheduledArrivalTime": self.scheduled_arrival_time,
            "arrivalDelayMinutes": self.arrival_delay_minutes,
            "carrier": self.carrier,
            "carrierName": self.carrier_name,
            "flightNumber": self.flight_number,
            "tailNumber": self.tail_number,
            "origin": self.origin,
            "originName": self.origin_name,
            "destination": self.destination,
            "destinationName": self.destination_name,
            "airTimeMinutes": self.air_time_minutes,
            "distanceMiles": self.distance_miles,
            "hour": self.hour,
            "minute": self.minute,
            "timeHour": self.time_hour,
            "cabin": self.cabin,
            "fare": None if self.fare is None else self.fare.to_payload(),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                search_id=payload.get("searchId"),
                user_id=payload.get("userId"),
                year=payload["year"],
                month=payload["month"],
                day=payload["day"],
                departure_time=payload.get("departureTime"),
                scheduled_departure_time=payload["scheduledDepartureTime"],
                departure_delay_minutes=payload.get("departureDelayMinutes"),
                arrival_time=payload.get("arrivalTime"),
                scheduled_arrival_time=payload["scheduledArrivalTime"],
                arrival_delay_minutes=payload.get("arrivalDelayMinutes"),
                carrier=payload["carrier"],
                carrier_name=payload.get("carrierName"),
                flight_number=payload["flightNumber"],
                tail_number=payload.get("tailNumber"),
                origin=payload["origin"],
                origin_name=payload.get("originName"),
                destination=payload["destination"],
                destination_name=payload.get("destinationName"),
                air_time_minutes=payload.get("airTimeMinutes"),
                distance_miles=payload["distanceMiles"],
                hour=payload["hour"],
                minute=payload["minute"],
                time_hour=payload["timeHour"],
                cabin=payload.get("cabin"),
                fare=None if (found := payload.get("fare")) is None else Money.from_payload(found),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class VoyageHotelSelected(TypedEvent):
    """A hotel that a traveller picked from a search's results.

    voyage.hotel.selected 1.1, on the topic dreamscape.voyage.hotel.selected.
    """

    event_type: ClassVar[str] = "voyage.hotel.selected"
    version: ClassVar[str] = "1.1"
    topic: ClassVar[str] = "dreamscape.voyage.hotel.selected"
    aggregate_id_field: ClassVar[str | None] = "hotelId"

    search_id: str | None = None
    """The search whose result it was; null when the hotel was opened directly."""
    user_id: str | None = None
    """The user who picked it; null for a visitor who is not signed in."""
    hotel_id: str
    """The hotel's id in our catalogue."""
    hotel_name: str
    """The hotel's name."""
    city: str
    """IATA code of the city."""
    country_code: str
    """Country, ISO 3166-1 alpha-2."""
    location: Location | None = None
    """Where the hotel stands."""
    stars: float | None = None
    """Official category, 1 to 5, in halves where a country has them."""
    check_in: Date
    """First night."""
    check_out: Date
    """Day of leaving."""
    rooms: int
    """How many rooms."""
    party: Party
    """Who stays."""
    room_type: str | None = None
    """The room as the hotel names it."""
    board: Board | None = None
    """Which meals are included."""
    price: Money
    """The price of the whole stay that was shown."""
    refundable: bool
    """Whether the rate can be cancelled without cost."""
    result_position: int | None = None
    """Its place in the list of results, from 1."""
    selected_at: Timestamp
    """When it was picked."""
    filters: dict[str, str] = field(default_factory=dict)
    """The filters that were set, by name, as the search page names them."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "searchId": self.search_id,
            "userId": self.user_id,
            "hotelId": self.hotel_id,
            "hotelName": self.hotel_name,
            "city": self.city,
            "countryCode": self.country_code,
            "location": None if self.location is None else self.location.to_payload(),
            "stars": self.stars,
            "checkIn": self.check_in,
            "checkOut": self.check_out,
            "rooms": self.rooms,
            "party": self.party.to_payload(),
            "roomType": self.room_type,
            "board": self.board,
            "price": self.price.to_payload(),
            "refundable": self.refundable,
            "resultPosition": self.result_position,
            "selectedAt": self.selected_at,
            "filters": self.filters,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                search_id=payload.get("searchId"),
                user_id=payload.get("userId"),
                hotel_id=payload["hotelId"],
                hotel_name=payload["hotelName"],
                city=payload["city"],
                country_code=payload["countryCode"],
                location=(
                    None
                    if (found := payload.get("location")) is None
                    else Location.from_payload(found)
                ),
                stars=payload.get("stars"),
                check_in=payload["checkIn"],
                check_out=payload["checkOut"],
                rooms=payload["rooms"],
                party=Party.from_payload(payload["party"]),
                room_type=payload.get("roomType"),
                board=payload.get("board"),
                price=Money.from_payload(payload["price"]),
                refundable=payload["refundable"],
                result_position=payload.get("resultPosition"),
                selected_at=payload["selectedAt"],
                filters=payload.get("filters", {}),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error
