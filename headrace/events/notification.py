# Generated from the schemas by `headrace schemas generate`; do not edit.
"""The events of the domain notification: what their payloads hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self, TypeAlias

from headrace.events.base import UNFIT, Timestamp, TypedEvent, TypedRecord, does_not_fit

Priority: TypeAlias = Literal[
    "low",
    "normal",
    "high",
]
"""How urgent a message is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment(TypedRecord):
    """A file that goes with a message."""

    file_name: str
    """The name the recipient sees."""
    content_type: str
    """Its media type."""
    object_key: str
    """Where the file is kept in our object store."""
    byte_size: int
    """Its size."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "fileName": self.file_name,
            "contentType": self.content_type,
            "objectKey": self.object_key,
            "byteSize": self.byte_size,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                file_name=payload["fileName"],
                content_type=payload["contentType"],
                object_key=payload["objectKey"],
                byte_size=payload["byteSize"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationEmailRequested(TypedEvent):
    """An e-mail is to be sent.

    notification.email.requested 1.0, on the topic dreamscape.notification.email.requested.
    """

    event_type: ClassVar[str] = "notification.email.requested"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.notification.email.requested"
    aggregate_id_field: ClassVar[str | None] = "notificationId"

    notification_id: str
    """The message's id; asking twice with one id sends one message."""
    recipient_id: str
    """Whom it is for: a user's id, or an id that the sender made for somebody without an account.
    """
    email: str | None
    """The address to send to. Personal: email of recipientId."""
    recipient_name: str | None = None
    """The name to greet. Personal: name of recipientId."""
    template: str
    """The template's name: booking-confirmed."""
    language: str
    """BCP 47 tag of the language to write in."""
    variables: dict[str, str] = field(default_factory=dict)
    """Values for the template by name. Never personal data: the service looks that up."""
    priority: Priority
    """How urgent it is."""
    send_after: Timestamp | None = None
    """Not before this moment; null is at once."""
    expires_at: Timestamp | None = None
    """Not after this moment; null is whenever it can be."""
    requested_at: Timestamp
    """When it was asked for."""
    attachments: list[Attachment] = field(default_factory=list)
    """Files that go with it."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "notificationId": self.notification_id,
            "recipientId": self.recipient_id,
            "email": self.email,
            "recipientName": self.recipient_name,
            "template": self.template,
            "language": self.language,
            "variables": self.variables,
            "priority": self.priority,
            "sendAfter": self.send_after,
            "expiresAt": self.expires_at,
            "requestedAt": self.requested_at,
            "attachments": [each.to_payload() for each in self.attachments],
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                notification_id=payload["notificationId"],
                recipient_id=payload["recipientId"],
                email=payload["email"],
                recipient_name=payload.get("recipientName"),
                template=payload["template"],
                language=payload["language"],
                variables=payload.get("variables", {}),
                priority=payload["priority"],
                send_after=payload.get("sendAfter"),
                expires_at=payload.get("expiresAt"),
                requested_at=payload["requestedAt"],
                attachments=(
                    [Attachment.from_payload(each) for each in payload["attachments"]]
                    if "attachments" in payload
                    else []
                ),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationSmsRequested(TypedEvent):
    """A text message is to be sent.

    notification.sms.requested 1.0, on the topic dreamscape.notification.sms.requested.
    """

    event_type: ClassVar[str] = "notification.sms.requested"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.notification.sms.requested"
    aggregate_id_field: ClassVar[str | None] = "notificationId"

    notification_id: str
    """The message's id; asking twice with one id sends one message."""
    recipient_id: str
    """Whom it is for: a user's id, or an id that the sender made for somebody without an account.
    """
    phone: str | None
    """The number to send to, E.164. Personal: phone of recipientId."""
    template: str
    """The template's name: booking-confirmed."""
    language: str
    """BCP 47 tag of the language to write in."""
    variables: dict[str, str] = field(default_factory=dict)
    """Values for the template by name. Never personal data: the service looks that up."""
    priority: Priority
    """How urgent it is."""
    send_after: Timestamp | None = None
    """Not before this moment; null is at once."""
    expires_at: Timestamp | None = None
    """Not after this moment; null is whenever it can be."""
    requested_at: Timestamp
    """When it was asked for."""
    sender_name: str | None = None
    """What the recipient sees as the sender, 11 characters at most."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "notificationId": self.notification_id,
            "recipientId": self.recipient_id,
            "phone": self.phone,
            "template": self.template,
            "language": self.language,
            "variables": self.variables,
            "priority": self.priority,
            "sendAfter": self.send_after,
            "expiresAt": self.expires_at,
            "requestedAt": self.requested_at,
            "senderName": self.sender_name,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                notification_id=payload["notificationId"],
                recipient_id=payload["recipientId"],
                phone=payload["phone"],
                template=payload["template"],
                language=payload["language"],
                variables=payload.get("variables", {}),
                priority=payload["priority"],
                send_after=payload.get("sendAfter"),
                expires_at=payload.get("expiresAt"),
                requested_at=payload["requestedAt"],
                sender_name=payload.get("senderName"),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationPushRequested(TypedEvent):
    """A push notification is to be sent to a user's devices.

    notification.push.requested 1.0, on the topic dreamscape.notification.push.requested.
    """

    event_type: ClassVar[str] = "notification.push.requested"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.notification.push.requested"
    aggregate_id_field: ClassVar[str | None] = "notificationId"

    notification_id: str
    """The message's id; asking twice with one id sends one message."""
    recipient_id: str
    """Whom it is for: a user's id, or an id that the sender made for somebody without an account.
    """
    device_token: str | None = None
    """The one device to send to; null for all devices of the user. Personal: device of recipientId.
    """
    template: str
    """The template's name: booking-confirmed."""
    language: str
    """BCP 47 tag of the language to write in."""
    variables: dict[str, str] = field(default_factory=dict)
    """Values for the template by name. Never personal data: the service looks that up."""
    priority: Priority
    """How urgent it is."""
    send_after: Timestamp | None = None
    """Not before this moment; null is at once."""
    expires_at: Timestamp | None = None
    """Not after this moment; null is whenever it can be."""
    requested_at: Timestamp
    """When it was asked for."""
    link: str | None = None
    """The place in the app that a tap opens."""
    collapse_key: str | None = None
    """A later message of the same key takes this one's place on the device."""
    badge: int | None = None
    """The number to show on the app's icon."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "notificationId": self.notification_id,
            "recipientId": self.recipient_id,
            "deviceToken": self.device_token,
            "template": self.template,
            "language": self.language,
            "variables": self.variables,
            "priority": self.priority,
            "sendAfter": self.send_after,
            "expiresAt": self.expires_at,
            "requestedAt": self.requested_at,
            "link": self.link,
            "collapseKey": self.collapse_key,
            "badge": self.badge,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                notification_id=payload["notificationId"],
                recipient_id=payload["recipientId"],
                device_token=payload.get("deviceToken"),
                template=payload["template"],
                language=payload["language"],
                variables=payload.get("variables", {}),
                priority=payload["priority"],
                send_after=payload.get("sendAfter"),
                expires_at=payload.get("expiresAt"),
                requested_at=payload["requestedAt"],
                link=payload.get("link"),
                collapse_key=payload.get("collapseKey"),
                badge=payload.get("badge"),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error
