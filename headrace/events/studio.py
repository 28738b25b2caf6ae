# Generated from the schemas by `headrace schemas generate`; do not edit.
"""The events of the domain studio: what their payloads hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self, TypeAlias

from headrace.events.base import (
    UNFIT,
    Date,
    DecimalText,
    Timestamp,
    TypedEvent,
    TypedRecord,
    does_not_fit,
)

View: TypeAlias = Literal[
    "front",
    "back",
    "side",
    "detail",
    "packshot",
    "worn",
    "ambience",
    "other",
]
"""What a picture shows of a product."""

PictureRejection: TypeAlias = Literal[
    "blurred",
    "exposure",
    "colour",
    "framing",
    "wrong_product",
    "damaged_sample",
    "retouching",
    "other",
]
"""What is wrong with a picture."""

SamplePurpose: TypeAlias = Literal[
    "fit",
    "quality",
    "approval",
    "shooting",
    "showroom",
]
"""What a sample is for."""

SampleCondition: TypeAlias = Literal[
    "good",
    "damaged",
    "incomplete",
    "wrong_item",
]
"""The state a sample arrives in."""

DeclineReason: TypeAlias = Literal[
    "price",
    "quality",
    "design",
    "lead_time",
    "minimum_quantity",
    "compliance",
    "other",
]
"""What speaks against a product."""

ChannelKind: TypeAlias = Literal[
    "marketplace",
    "online_store",
    "product_information",
    "asset_library",
    "social_network",
    "file_transfer",
    "other",
]
"""What a channel is."""

RefusalReason: TypeAlias = Literal[
    "format",
    "size",
    "background",
    "unknown_product",
    "duplicate",
    "content_policy",
    "unavailable",
    "other",
]
"""Why a channel does not take a picture."""

WithdrawalReason: TypeAlias = Literal[
    "rights_expired",
    "product_removed",
    "replaced",
    "requested",
]
"""Why a picture is taken off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedProduct(TypedRecord):
    """A product to shoot."""

    product_reference: str
    """The brand's reference of the product."""
    ean: str | None = None
    """Its GTIN-13."""
    views: list[View]
    """The views wanted, in order."""
    sample_expected: bool
    """Whether its sample has still to arrive."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "productReference": self.product_reference,
            "ean": self.ean,
            "views": self.views,
            "sampleExpected": self.sample_expected,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                product_reference=payload["productReference"],
                ean=payload.get("ean"),
                views=payload["views"],
                sample_expected=payload["sampleExpected"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure(TypedRecord):
    """How a picture was exposed."""

    camera: str | None = None
    """Make and model."""
    lens: str | None = None
    """The lens."""
    iso: int | None = None
    """Sensitivity."""
    aperture: float | None = None
    """The f-number."""
    shutter_seconds: float | None = None
    """Exposure time."""
    focal_length_millimetres: float | None = None
    """Focal length."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "camera": self.camera,
            "lens": self.lens,
            "iso": self.iso,
            "aperture": self.aperture,
            "shutterSeconds": self.shutter_seconds,
            "focalLengthMillimetres": self.focal_length_millimetres,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                camera=payload.get("camera"),
                lens=payload.get("lens"),
                iso=payload.get("iso"),
                aperture=payload.get("aperture"),
                shutter_seconds=payload.get("shutterSeconds"),
                focal_length_millimetres=payload.get("focalLengthMillimetres"),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierContact(TypedRecord):
    """The person to talk to at a supplier."""

    contact_id: str
    """The person's id."""
    name: str | None
    """The person's name. Personal: name of contactId."""
    email: str | None
    """The person's e-mail address. Personal: email of contactId."""
    phone: str | None = None
    """The person's number, E.164. Personal: phone of contactId."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "contactId": self.contact_id,
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                contact_id=payload["contactId"],
                name=payload["name"],
                email=payload["email"],
                phone=payload.get("phone"),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification(TypedRecord):
    """A certificate that a supplier holds."""

    scheme: str
    """The scheme: GOTS, OEKO-TEX, SA8000."""
    reference: str
    """The certificate's number."""
    valid_until: Date | None = None
    """The last day it is valid."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "scheme": self.scheme,
            "reference": self.reference,
            "validUntil": self.valid_until,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                scheme=payload["scheme"],
                reference=payload["reference"],
                valid_until=payload.get("validUntil"),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Material(TypedRecord):
    """A part of what a product is made of."""

    name: str
    """The fibre or material."""
    percent: DecimalText
    """Its share by weight; the shares make 100."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "percent": self.percent,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                name=payload["name"],
                percent=payload["percent"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCost(TypedRecord):
    """What one piece costs from the supplier."""

    amount: DecimalText
    """The cost in the currency's main unit."""
    currency: str
    """The currency's ISO 4217 code."""
    incoterm: str
    """The Incoterms 2020 rule it is under: FOB, DAP."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "amount": self.amount,
            "currency": self.currency,
            "incoterm": self.incoterm,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                amount=payload["amount"],
                currency=payload["currency"],
                incoterm=payload["incoterm"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFormat(TypedRecord):
    """What a channel wants pictures to be."""

    content_type: str
    """Media type."""
    width: int
    """Pixels across."""
    height: int
    """Pixels down."""
    colour_space: str
    """ICC profile's name."""
    background: str | None = None
    """Background colour, #RRGGBB; null keeps the picture's."""
    name_pattern: str
    """How a file is named: {reference}_{position}.jpg."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "contentType": self.content_type,
            "width": self.width,
            "height": self.height,
            "colourSpace": self.colour_space,
            "background": self.background,
            "namePattern": self.name_pattern,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                content_type=payload["contentType"],
                width=payload["width"],
                height=payload["height"],
                colour_space=payload["colourSpace"],
                background=payload.get("background"),
                name_pattern=payload["namePattern"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureToSend(TypedRecord):
    """A picture to send and its place among the product's pictures."""

    picture_id: str
    """The picture's id, kept from camera to channel."""
    product_reference: str
    """The brand's reference of the product."""
    view: View
    """What it shows."""
    position: int
    """Its place on the product's page, from 1."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "pictureId": self.picture_id,
            "productReference": self.product_reference,
            "view": self.view,
            "position": self.position,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                picture_id=payload["pictureId"],
                product_reference=payload["productReference"],
                view=payload["view"],
                position=payload["position"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class GsShootingPlanned(TypedEvent):
    """A shooting of products from a collection was put on the studio's calendar.

    gs.shooting.planned 1.0, on the topic gs.events.
    """

    event_type: ClassVar[str] = "gs.shooting.planned"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "gs.events"
    aggregate_id_field: ClassVar[str | None] = "shootingId"

    shooting_id: str
    """The shooting's id."""
    collection_id: str
    """The collection that is shot."""
    collection_name: str
    """The collection's name: Summer 2025."""
    studio: str
    """The studio and set: Paris 2, set B."""
    photographer_id: str | None = None
    """Who will shoot; null while open."""
    planned_start: Timestamp
    """When it begins."""
    planned_end: Timestamp
    """When it ends."""
    products: list[PlannedProduct]
    """What will be shot, in order."""
    planned_by: str
    """Id of the person who planned it."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "shootingId": self.shooting_id,
            "collectionId": self.collection_id,
            "collectionName": self.collection_name,
            "studio": self.studio,
            "photographerId": self.photographer_id,
            "plannedStart": self.planned_start,
            "plannedEnd": self.planned_end,
            "products": [each.to_payload() for each in self.products],
            "plannedBy": self.planned_by,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                shooting_id=payload["shootingId"],
                collection_id=payload["collectionId"],
                collection_name=payload["collectionName"],
                studio=payload["studio"],
                photographer_id=payload.get("photographerId"),
                planned_start=payload["plannedStart"],
                planned_end=payload["plannedEnd"],
                products=[PlannedProduct.from_payload(each) for each in payload["products"]],
                planned_by=payload["plannedBy"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class GsShootingStarted(TypedEvent):
    """A shooting began.

    gs.shooting.started 1.0, on the topic gs.events.
    """

    event_type: ClassVar[str] = "gs.shooting.started"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "gs.events"
    aggregate_id_field: ClassVar[str | None] = "shootingId"

    shooting_id: str
    """The shooting's id."""
    photographer_id: str
    """Who shoots."""
    samples_present: int
    """How many products are there to be shot."""
    samples_missing: list[str]
    """References of planned products that are not there."""
    started_at: Timestamp
    """When it began."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "shootingId": self.shooting_id,
            "photographerId": self.photographer_id,
            "samplesPresent": self.samples_present,
            "samplesMissing": self.samples_missing,
            "startedAt": self.started_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                shooting_id=payload["shootingId"],
                photographer_id=payload["photographerId"],
                samples_present=payload["samplesPresent"],
                samples_missing=payload["samplesMissing"],
                started_at=payload["startedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class GsPictureTaken(TypedEvent):
    """A picture was taken and stored.

    gs.picture.taken 1.0, on the topic gs.events.
    """

    event_type: ClassVar[str] = "gs.picture.taken"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "gs.events"
    aggregate_id_field: ClassVar[str | None] = "shootingId"

    shooting_id: str
    """The shooting's id."""
    picture_id: str
    """The picture's id, kept from camera to channel."""
    product_reference: str
    """The brand's reference of the product."""
    view: View
    """What it shows."""
    file_name: str
    """The file's name as the camera tethering wrote it."""
    object_key: str
    """Where the original is kept in our object store."""
    content_type: str
    """The file's media type."""
    width: int
    """Pixels across."""
    height: int
    """Pixels down."""
    byte_size: int
    """The file's size."""
    sha256: str
    """The file's SHA-256, in hexadecimal."""
    colour_space: str | None = None
    """The ICC profile's name."""
    exposure: Exposure | None = None
    """How it was exposed, from the file's own data."""
    taken_at: Timestamp
    """When it was taken."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "shootingId": self.shooting_id,
            "pictureId": self.picture_id,
            "productReference": self.product_reference,
            "view": self.view,
            "fileName": self.file_name,
            "objectKey": self.object_key,
            "contentType": self.content_type,
            "width": self.width,
            "height": self.height,
            "byteSize": self.byte_size,
            "sha256": self.sha256,
            "colourSpace": self.colour_space,
            "exposure": None if self.exposure is None else self.exposure.to_payload(),
            "takenAt": self.taken_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                shooting_id=payload["shootingId"],
                picture_id=payload["pictureId"],
                product_reference=payload["productReference"],
                view=payload["view"],
                file_name=payload["fileName"],
                object_key=payload["objectKey"],
                content_type=payload["contentType"],
                width=payload["width"],
                height=payload["height"],
                byte_size=payload["byteSize"],
                sha256=payload["sha256"],
                colour_space=payload.get("colourSpace"),
                exposure=(
                    None
                    if (found := payload.get("exposure")) is None
                    else Exposure.from_payload(found)
                ),
                taken_at=payload["takenAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class GsPictureValidated(TypedEvent):
    """A picture was accepted and may be distributed.

    gs.picture.validated 1.0, on the topic gs.events.
    """

    event_type: ClassVar[str] = "gs.picture.validated"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "gs.events"
    aggregate_id_field: ClassVar[str | None] = "shootingId"

    shooting_id: str
    """The shooting's id."""
    picture_id: str
    """The picture's id, kept from camera to channel."""
    product_reference: str
    """The brand's reference of the product."""
    view: View
    """What it shows."""
    retouched: bool
    """Whether the accepted file is a retouched one."""
    object_key: str
    """Where the accepted file is kept in our object store."""
    sha256: str
    """That file's SHA-256, in hexadecimal."""
    validated_by: str
    """Id of the person who accepted it."""
    validated_at: Timestamp
    """When it was accepted."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "shootingId": self.shooting_id,
            "pictureId": self.picture_id,
            "productReference": self.product_reference,
            "view": self.view,
            "retouched": self.retouched,
            "objectKey": self.object_key,
            "sha256": self.sha256,
            "validatedBy": self.validated_by,
            "validatedAt": self.validated_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                shooting_id=payload["shootingId"],
                picture_id=payload["pictureId"],
                product_reference=payload["productReference"],
                view=payload["view"],
                retouched=payload["retouched"],
                object_key=payload["objectKey"],
                sha256=payload["sha256"],
                validated_by=payload["validatedBy"],
                validated_at=payload["validatedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class GsPictureRejected(TypedEvent):
    """A picture was turned down.

    gs.picture.rejected 1.0, on the topic gs.events.
    """

    event_type: ClassVar[str] = "gs.picture.rejected"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "gs.events"
    aggregate_id_field: ClassVar[str | None] = "shootingId"

    shooting_id: str
    """The shooting's id."""
    picture_id: str
    """The picture's id, kept from camera to channel."""
    product_reference: str
    """The brand's reference of the product."""
    view: View
    """What it shows."""
    reason: PictureRejection
    """What is wrong with it."""
    comment: str | None = None
    """What to do better, in the reviewer's words."""
    retake: bool
    """Whether it has to be taken again; otherwise retouching is enough."""
    rejected_by: str
    """Id of the person who turned it down."""
    rejected_at: Timestamp
    """When it was turned down."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "shootingId": self.shooting_id,
            "pictureId": self.picture_id,
            "productReference": self.product_reference,
            "view": self.view,
            "reason": self.reason,
            "comment": self.comment,
            "retake": self.retake,
            "rejectedBy": self.rejected_by,
            "rejectedAt": self.rejected_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                shooting_id=payload["shootingId"],
                picture_id=payload["pictureId"],
                product_reference=payload["productReference"],
                view=payload["view"],
                reason=payload["reason"],
                comment=payload.get("comment"),
                retake=payload["retake"],
                rejected_by=payload["rejectedBy"],
                rejected_at=payload["rejectedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class GsShootingCompleted(TypedEvent):
    """A shooting is over.

    gs.shooting.completed 1.0, on the topic gs.events.
    """

    event_type: ClassVar[str] = "gs.shooting.completed"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "gs.events"
    aggregate_id_field: ClassVar[str | None] = "shootingId"

    shooting_id: str
    """The shooting's id."""
    collection_id: str
    """The collection that was shot."""
    picture_count: int
    """Pictures taken."""
    product_count: int
    """Products of which every wanted view was taken."""
    missing_products: list[str]
    """References of planned products that were not shot."""
    started_at: Timestamp
    """When it began."""
    completed_at: Timestamp
    """When it ended."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "shootingId": self.shooting_id,
            "collectionId": self.collection_id,
            "pictureCount": self.picture_count,
            "productCount": self.product_count,
            "missingProducts": self.missing_products,
            "startedAt": self.started_at,
            "completedAt": self.completed_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                shooting_id=payload["shootingId"],
                collection_id=payload["collectionId"],
                picture_count=payload["pictureCount"],
                product_count=payload["productCount"],
                missing_products=payload["missingProducts"],
                started_at=payload["startedAt"],
                completed_at=payload["completedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcingSupplierRegistered(TypedEvent):
    """A supplier may be sourced from.

    sourcing.supplier.registered 1.0, on the topic sourcing.events.
    """

    event_type: ClassVar[str] = "sourcing.supplier.registered"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "sourcing.events"
    aggregate_id_field: ClassVar[str | None] = None

    supplier_id: str
    """The supplier's id."""
    legal_name: str
    """The company's registered name."""
    country_code: str
    """Its country, ISO 3166-1 alpha-2."""
    vat_number: str | None = None
    """Its VAT number."""
    contact: SupplierContact
    """Whom to talk to."""
    categories: list[str]
    """What it makes: knitwear, leather goods."""
    certifications: list[Certification] = field(default_factory=list)
    """Its certificates."""
    registered_by: str
    """Id of the person who registered it."""
    registered_at: Timestamp
    """When it was registered."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "supplierId": self.supplier_id,
            "legalName": self.legal_name,
            "countryCode": self.country_code,
            "vatNumber": self.vat_number,
            "contact": self.contact.to_payload(),
            "categories": self.categories,
            "certifications": [each.to_payload() for each in self.certifications],
            "registeredBy": self.registered_by,
            "registeredAt": self.registered_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                supplier_id=payload["supplierId"],
                legal_name=payload["legalName"],
                country_code=payload["countryCode"],
                vat_number=payload.get("vatNumber"),
                contact=SupplierContact.from_payload(payload["contact"]),
                categories=payload["categories"],
                certifications=(
                    [Certification.from_payload(each) for each in payload["certifications"]]
                    if "certifications" in payload
                    else []
                ),
                registered_by=payload["registeredBy"],
                registered_at=payload["registeredAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcingProductProposed(TypedEvent):
    """A supplier offered a product for a season.

    sourcing.product.proposed 1.0, on the topic sourcing.events.
    """

    event_type: ClassVar[str] = "sourcing.product.proposed"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "sourcing.events"
    aggregate_id_field: ClassVar[str | None] = None

    product_id: str
    """The product's id in sourcing, before it has a brand's reference."""
    supplier_id: str
    """The supplier's id."""
    supplier_reference: str
    """The supplier's own reference."""
    name: str
    """The product's name."""
    category: str
    """What it is: knitwear."""
    season: str
    """The season it is meant for: SS25."""
    materials: list[Material]
    """What it is made of."""
    colours: list[str]
    """The colours offered."""
    sizes: list[str]
    """The sizes offered."""
    unit_cost: UnitCost
    """What one piece costs."""
    minimum_order_quantity: int
    """The fewest pieces of one order."""
    lead_time_days: int
    """From order to delivery."""
    proposed_at: Timestamp
    """When it was offered."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "productId": self.product_id,
            "supplierId": self.supplier_id,
            "supplierReference": self.supplier_reference,
            "name": self.name,
            "category": self.category,
            "season": self.season,
            "materials": [each.to_payload() for each in self.materials],
            "colours": self.colours,
            "sizes": self.sizes,
            "unitCost": self.unit_cost.to_payload(),
            "minimumOrderQuantity": self.minimum_order_quantity,
            "leadTimeDays": self.lead_time_days,
            "proposedAt": self.proposed_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                product_id=payload["productId"],
                supplier_id=payload["supplierId"],
                supplier_reference=payload["supplierReference"],
                name=payload["name"],
                category=payload["category"],
                season=payload["season"],
                materials=[Material.from_payload(each) for each in payload["materials"]],
                colours=payload["colours"],
                sizes=payload["sizes"],
                unit_cost=UnitCost.from_payload(payload["unitCost"]),
                minimum_order_quantity=payload["minimumOrderQuantity"],
                lead_time_days=payload["leadTimeDays"],
                proposed_at=payload["proposedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcingSampleRequested(TypedEvent):
    """A sample of a product was asked for.

    sourcing.sample.requested 1.0, on the topic sourcing.events.
    """

    event_type: ClassVar[str] = "sourcing.sample.requested"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "sourcing.events"
    aggregate_id_field: ClassVar[str | None] = None

    sample_id: str
    """The sample's id."""
    product_id: str
    """The product's id in sourcing, before it has a brand's reference."""
    supplier_id: str
    """The supplier's id."""
    purpose: SamplePurpose
    """What it is for."""
    colour: str
    """Its colour."""
    size: str
    """Its size."""
    quantity: int
    """How many pieces."""
    needed_by: Date
    """The day it must be there."""
    shooting_id: str | None = None
    """The shooting it is for."""
    requested_by: str
    """Id of the person who asked."""
    requested_at: Timestamp
    """When it was asked for."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "sampleId": self.sample_id,
            "productId": self.product_id,
            "supplierId": self.supplier_id,
            "purpose": self.purpose,
            "colour": self.colour,
            "size": self.size,
            "quantity": self.quantity,
            "neededBy": self.needed_by,
            "shootingId": self.shooting_id,
            "requestedBy": self.requested_by,
            "requestedAt": self.requested_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                sample_id=payload["sampleId"],
                product_id=payload["productId"],
                supplier_id=payload["supplierId"],
                purpose=payload["purpose"],
                colour=payload["colour"],
                size=payload["size"],
                quantity=payload["quantity"],
                needed_by=payload["neededBy"],
                shooting_id=payload.get("shootingId"),
                requested_by=payload["requestedBy"],
                requested_at=payload["requestedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcingSampleReceived(TypedEvent):
    """A sample arrived.

    sourcing.sample.received 1.0, on the topic sourcing.events.
    """

    event_type: ClassVar[str] = "sourcing.sample.received"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "sourcing.events"
    aggregate_id_field: ClassVar[str | None] = None

    sample_id: str
    """The sample's id."""
    product_id: str
    """The product's id in sourcing, before it has a brand's reference."""
    supplier_id: str
    """The supplier's id."""
    barcode: str | None = None
    """The label it is scanned by from now on."""
    quantity: int
    """How many pieces arrived."""
    condition: SampleCondition
    """The state it arrived in."""
    location: str
    """Where it is kept now."""
    carrier: str | None = None
    """Who brought it."""
    tracking_number: str | None = None
    """The carrier's number of the parcel."""
    received_by: str
    """Id of the person who took it in."""
    received_at: Timestamp
    """When it arrived."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "sampleId": self.sample_id,
            "productId": self.product_id,
            "supplierId": self.supplier_id,
            "barcode": self.barcode,
            "quantity": self.quantity,
            "condition": self.condition,
            "location": self.location,
            "carrier": self.carrier,
            "trackingNumber": self.tracking_number,
            "receivedBy": self.received_by,
            "receivedAt": self.received_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                sample_id=payload["sampleId"],
                product_id=payload["productId"],
                supplier_id=payload["supplierId"],
                barcode=payload.get("barcode"),
                quantity=payload["quantity"],
                condition=payload["condition"],
                location=payload["location"],
                carrier=payload.get("carrier"),
                tracking_number=payload.get("trackingNumber"),
                received_by=payload["receivedBy"],
                received_at=payload["receivedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcingProductSelected(TypedEvent):
    """A buyer took a product into a collection.

    sourcing.product.selected 1.0, on the topic sourcing.events.
    """

    event_type: ClassVar[str] = "sourcing.product.selected"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "sourcing.events"
    aggregate_id_field: ClassVar[str | None] = None

    product_id: str
    """The product's id in sourcing, before it has a brand's reference."""
    supplier_id: str
    """The supplier's id."""
    collection_id: str
    """The collection it belongs to now."""
    product_reference: str
    """The brand's reference it got."""
    agreed_unit_cost: UnitCost
    """The cost agreed on."""
    quantity: int
    """How many pieces are planned."""
    delivery_by: Date
    """The day they must be there."""
    selected_by: str
    """Id of the buyer."""
    selected_at: Timestamp
    """When it was decided."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "productId": self.product_id,
            "supplierId": self.supplier_id,
            "collectionId": self.collection_id,
            "productReference": self.product_reference,
            "agreedUnitCost": self.agreed_unit_cost.to_payload(),
            "quantity": self.quantity,
            "deliveryBy": self.delivery_by,
            "selectedBy": self.selected_by,
            "selectedAt": self.selected_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                product_id=payload["productId"],
                supplier_id=payload["supplierId"],
                collection_id=payload["collectionId"],
                product_reference=payload["productReference"],
                agreed_unit_cost=UnitCost.from_payload(payload["agreedUnitCost"]),
                quantity=payload["quantity"],
                delivery_by=payload["deliveryBy"],
                selected_by=payload["selectedBy"],
                selected_at=payload["selectedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcingProductDeclined(TypedEvent):
    """A buyer decided against a product.

    sourcing.product.declined 1.0, on the topic sourcing.events.
    """

    event_type: ClassVar[str] = "sourcing.product.declined"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "sourcing.events"
    aggregate_id_field: ClassVar[str | None] = None

    product_id: str
    """The product's id in sourcing, before it has a brand's reference."""
    supplier_id: str
    """The supplier's id."""
    reasons: list[DeclineReason]
    """What speaks against it, the weightiest first."""
    comment: str | None = None
    """What to tell the supplier."""
    declined_by: str
    """Id of the buyer."""
    declined_at: Timestamp
    """When it was decided."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "productId": self.product_id,
            "supplierId": self.supplier_id,
            "reasons": self.reasons,
            "comment": self.comment,
            "declinedBy": self.declined_by,
            "declinedAt": self.declined_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                product_id=payload["productId"],
                supplier_id=payload["supplierId"],
                reasons=payload["reasons"],
                comment=payload.get("comment"),
                declined_by=payload["declinedBy"],
                declined_at=payload["declinedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectChannelConnected(TypedEvent):
    """Pictures can now be sent to a sales channel.

    connect.channel.connected 1.0, on the topic connect.events.
    """

    event_type: ClassVar[str] = "connect.channel.connected"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "connect.events"
    aggregate_id_field: ClassVar[str | None] = None

    channel_id: str
    """The channel's id."""
    name: str
    """The channel's name: Zalando FR."""
    kind: ChannelKind
    """What it is."""
    picture_format: PictureFormat
    """What its pictures must be."""
    automatic: bool
    """Whether validated pictures go there without being asked."""
    connected_by: str
    """Id of the person who connected it."""
    connected_at: Timestamp
    """When it was connected."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "channelId": self.channel_id,
            "name": self.name,
            "kind": self.kind,
            "pictureFormat": self.picture_format.to_payload(),
            "automatic": self.automatic,
            "connectedBy": self.connected_by,
            "connectedAt": self.connected_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                channel_id=payload["channelId"],
                name=payload["name"],
                kind=payload["kind"],
                picture_format=PictureFormat.from_payload(payload["pictureFormat"]),
                automatic=payload["automatic"],
                connected_by=payload["connectedBy"],
                connected_at=payload["connectedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectDistributionRequested(TypedEvent):
    """Pictures are to be sent to a channel.

    connect.distribution.requested 1.0, on the topic connect.events.
    """

    event_type: ClassVar[str] = "connect.distribution.requested"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "connect.events"
    aggregate_id_field: ClassVar[str | None] = None

    distribution_id: str
    """The distribution's id."""
    channel_id: str
    """The channel's id."""
    collection_id: str | None = None
    """The collection they belong to."""
    pictures: list[PictureToSend]
    """What to send."""
    publish_after: Timestamp | None = None
    """Not visible before this moment: an embargo; null is at once."""
    requested_by: str | None = None
    """Id of the person who asked; null when the channel is automatic."""
    requested_at: Timestamp
    """When it was asked for."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "distributionId": self.distribution_id,
            "channelId": self.channel_id,
            "collectionId": self.collection_id,
            "pictures": [each.to_payload() for each in self.pictures],
            "publishAfter": self.publish_after,
            "requestedBy": self.requested_by,
            "requestedAt": self.requested_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                distribution_id=payload["distributionId"],
                channel_id=payload["channelId"],
                collection_id=payload.get("collectionId"),
                pictures=[PictureToSend.from_payload(each) for each in payload["pictures"]],
                publish_after=payload.get("publishAfter"),
                requested_by=payload.get("requestedBy"),
                requested_at=payload["requestedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectPicturePublished(TypedEvent):
    """A channel took a picture and shows it.

    connect.picture.published 1.0, on the topic connect.events.
    """

    event_type: ClassVar[str] = "connect.picture.published"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "connect.events"
    aggregate_id_field: ClassVar[str | None] = None

    distribution_id: str
    """The distribution's id."""
    channel_id: str
    """The channel's id."""
    picture_id: str
    """The picture's id, kept from camera to channel."""
    product_reference: str
    """The brand's reference of the product."""
    position: int
    """Its place on the product's page, from 1."""
    byte_size: int
    """Size of the file that was sent."""
    sha256: str
    """That file's SHA-256, in hexadecimal."""
    external_id: str | None = None
    """The channel's own id of the picture."""
    url: str | None = None
    """Where it can be seen."""
    attempt: int
    """Which attempt succeeded, from 1."""
    published_at: Timestamp
    """When the channel confirmed."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "distributionId": self.distribution_id,
            "channelId": self.channel_id,
            "pictureId": self.picture_id,
            "productReference": self.product_reference,
            "position": self.position,
            "byteSize": self.byte_size,
            "sha256": self.sha256,
            "externalId": self.external_id,
            "url": self.url,
            "attempt": self.attempt,
            "publishedAt": self.published_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                distribution_id=payload["distributionId"],
                channel_id=payload["channelId"],
                picture_id=payload["pictureId"],
                product_reference=payload["productReference"],
                position=payload["position"],
                byte_size=payload["byteSize"],
                sha256=payload["sha256"],
                external_id=payload.get("externalId"),
                url=payload.get("url"),
                attempt=payload["attempt"],
                published_at=payload["publishedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectPictureRefused(TypedEvent):
    """A channel did not take a picture.

    connect.picture.refused 1.0, on the topic connect.events.
    """

    event_type: ClassVar[str] = "connect.picture.refused"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "connect.events"
    aggregate_id_field: ClassVar[str | None] = None

    distribution_id: str
    """The distribution's id."""
    channel_id: str
    """The channel's id."""
    picture_id: str
    """The picture's id, kept from camera to channel."""
    product_reference: str
    """The brand's reference of the product."""
    reason: RefusalReason
    """Why not."""
    channel_message: str | None = None
    """What the channel answered."""
    retryable: bool
    """Whether the same file may be sent again."""
    attempt: int
    """Which attempt it was, from 1."""
    refused_at: Timestamp
    """When the channel answered."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "distributionId": self.distribution_id,
            "channelId": self.channel_id,
            "pictureId": self.picture_id,
            "productReference": self.product_reference,
            "reason": self.reason,
            "channelMessage": self.channel_message,
            "retryable": self.retryable,
            "attempt": self.attempt,
            "refusedAt": self.refused_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                distribution_id=payload["distributionId"],
                channel_id=payload["channelId"],
                picture_id=payload["pictureId"],
                product_reference=payload["productReference"],
                reason=payload["reason"],
                channel_message=payload.get("channelMessage"),
                retryable=payload["retryable"],
                attempt=payload["attempt"],
                refused_at=payload["refusedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectDistributionCompleted(TypedEvent):
    """Every picture of a distribution was taken or finally refused.

    connect.distribution.completed 1.0, on the topic connect.events.
    """

    event_type: ClassVar[str] = "connect.distribution.completed"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "connect.events"
    aggregate_id_field: ClassVar[str | None] = None

    distribution_id: str
    """The distribution's id."""
    channel_id: str
    """The channel's id."""
    published_count: int
    """Pictures the channel shows."""
    refused_count: int
    """Pictures the channel did not take."""
    requested_at: Timestamp
    """When it was asked for."""
    completed_at: Timestamp
    """When the last picture was settled."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "distributionId": self.distribution_id,
            "channelId": self.channel_id,
            "publishedCount": self.published_count,
            "refusedCount": self.refused_count,
            "requestedAt": self.requested_at,
            "completedAt": self.completed_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                distribution_id=payload["distributionId"],
                channel_id=payload["channelId"],
                published_count=payload["publishedCount"],
                refused_count=payload["refusedCount"],
                requested_at=payload["requestedAt"],
                completed_at=payload["completedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectPictureWithdrawn(TypedEvent):
    """A picture was taken off a channel.

    connect.picture.withdrawn 1.0, on the topic connect.events.
    """

    event_type: ClassVar[str] = "connect.picture.withdrawn"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "connect.events"
    aggregate_id_field: ClassVar[str | None] = None

    channel_id: str
    """The channel's id."""
    picture_id: str
    """The picture's id, kept from camera to channel."""
    product_reference: str
    """The brand's reference of the product."""
    reason: WithdrawalReason
    """Why it was taken off."""
    replacement_picture_id: str | None = None
    """The picture that took its place."""
    withdrawn_by: str | None = None
    """Id of the person who took it off; null when it happened by itself."""
    withdrawn_at: Timestamp
    """When the channel confirmed."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "channelId": self.channel_id,
            "pictureId": self.picture_id,
            "productReference": self.product_reference,
            "reason": self.reason,
            "replacementPictureId": self.replacement_picture_id,
            "withdrawnBy": self.withdrawn_by,
            "withdrawnAt": self.withdrawn_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                channel_id=payload["channelId"],
                picture_id=payload["pictureId"],
                product_reference=payload["productReference"],
                reason=payload["reason"],
                replacement_picture_id=payload.get("replacementPictureId"),
                withdrawn_by=payload.get("withdrawnBy"),
                withdrawn_at=payload["withdrawnAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error
