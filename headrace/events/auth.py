# Generated from the schemas by `headrace schemas generate`; do not edit.
"""The events of the domain auth: what their payloads hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, TypeAlias

from headrace.events.base import UNFIT, Timestamp, TypedEvent, does_not_fit, renamed

LoginMethod: TypeAlias = Literal[
    "password",
    "google",
    "apple",
    "facebook",
    "passkey",
    "magic_link",
    "single_sign_on",
]
"""How a user proves who they are."""

LogoutReason: TypeAlias = Literal[
    "user_request",
    "expired",
    "revoked",
    "password_changed",
    "account_locked",
]
"""Why a session ended."""

PasswordChangeMethod: TypeAlias = Literal[
    "self_service",
    "reset_link",
    "administrator",
]
"""How a password came to be replaced."""

LockReason: TypeAlias = Literal[
    "too_many_attempts",
    "suspicious_activity",
    "fraud",
    "administrator",
    "leaked_password",
]
"""Why an account was locked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthLogin(TypedEvent):
    """A user signed in.

    auth.login 1.0, on the topic dreamscape.auth.login.
    """

    event_type: ClassVar[str] = "auth.login"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.auth.login"
    aggregate_id_field: ClassVar[str | None] = "userId"

    user_id: str
    """The user's id."""
    session_id: str
    """The session's id."""
    ip_address: str | None
    """The address the request came from, IPv4 or IPv6; null when it is not known. Personal: ip of
    userId.
    """
    user_agent: str | None
    """The client's User-Agent header; null when it sent none."""
    login_at: Timestamp
    """When the user signed in."""
    method: LoginMethod
    """How the user signed in."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "userId": self.user_id,
            "sessionId": self.session_id,
            "ipAddress": self.ip_address,
            "userAgent": self.user_agent,
            "loginAt": self.login_at,
            "method": self.method,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                user_id=payload["userId"],
                session_id=payload["sessionId"],
                ip_address=payload["ipAddress"],
                user_agent=payload["userAgent"],
                login_at=payload["loginAt"],
                method=payload["method"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthLogout(TypedEvent):
    """A user's session ended.

    auth.logout 1.0, on the topic dreamscape.auth.logout.
    """

    event_type: ClassVar[str] = "auth.logout"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.auth.logout"
    aggregate_id_field: ClassVar[str | None] = "userId"

    user_id: str
    """The user's id."""
    session_id: str
    """The session's id."""
    reason: LogoutReason
    """Why the session ended."""
    logged_in_at: Timestamp
    """When the session began."""
    logout_at: Timestamp
    """When the session ended."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "userId": self.user_id,
            "sessionId": self.session_id,
            "reason": self.reason,
            "loggedInAt": self.logged_in_at,
            "logoutAt": self.logout_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                user_id=payload["userId"],
                session_id=payload["sessionId"],
                reason=payload["reason"],
                logged_in_at=payload["loggedInAt"],
                logout_at=payload["logoutAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthTokenRefreshed(TypedEvent):
    """A session's access token was renewed. No token is carried.

    auth.token.refreshed 1.0, on the topic dreamscape.auth.token.refreshed.
    """

    event_type: ClassVar[str] = "auth.token.refreshed"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.auth.token.refreshed"
    aggregate_id_field: ClassVar[str | None] = "userId"

    user_id: str
    """The user's id."""
    session_id: str
    """The session's id."""
    ip_address: str | None
    """The address the request came from, IPv4 or IPv6; null when it is not known. Personal: ip of
    userId.
    """
    user_agent: str | None = None
    """The client's User-Agent header."""
    refresh_count: int
    """How many times this session has been renewed, this one included."""
    refreshed_at: Timestamp
    """When the new token was issued."""
    expires_at: Timestamp
    """When the new token stops being valid."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "userId": self.user_id,
            "sessionId": self.session_id,
            "ipAddress": self.ip_address,
            "userAgent": self.user_agent,
            "refreshCount": self.refresh_count,
            "refreshedAt": self.refreshed_at,
            "expiresAt": self.expires_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                user_id=payload["userId"],
                session_id=payload["sessionId"],
                ip_address=payload["ipAddress"],
                user_agent=payload.get("userAgent"),
                refresh_count=payload["refreshCount"],
                refreshed_at=payload["refreshedAt"],
                expires_at=payload["expiresAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthPasswordChanged(TypedEvent):
    """A user's password was replaced. No password is carried.

    auth.password.changed 1.0, on the topic dreamscape.auth.password.changed.
    """

    event_type: ClassVar[str] = "auth.password.changed"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.auth.password.changed"
    aggregate_id_field: ClassVar[str | None] = "userId"

    user_id: str
    """The user's id."""
    method: PasswordChangeMethod
    """How the password was replaced."""
    ip_address: str | None
    """The address the request came from, IPv4 or IPv6; null when it is not known. Personal: ip of
    userId.
    """
    user_agent: str | None = None
    """The client's User-Agent header."""
    sessions_revoked: int
    """How many open sessions were ended by it."""
    changed_at: Timestamp
    """When the new password became valid."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "userId": self.user_id,
            "method": self.method,
            "ipAddress": self.ip_address,
            "userAgent": self.user_agent,
            "sessionsRevoked": self.sessions_revoked,
            "changedAt": self.changed_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                user_id=payload["userId"],
                method=payload["method"],
                ip_address=payload["ipAddress"],
                user_agent=payload.get("userAgent"),
                sessions_revoked=payload["sessionsRevoked"],
                changed_at=payload["changedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthPasswordResetRequested(TypedEvent):
    """Somebody asked for a new password for an account. The secret link is not carried; the
    notification service fetches it by resetId.

    auth.password.reset.requested 1.0, on the topic dreamscape.auth.password.reset.requested.
    """

    event_type: ClassVar[str] = "auth.password.reset.requested"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.auth.password.reset.requested"
    aggregate_id_field: ClassVar[str | None] = "userId"

    user_id: str
    """The user's id."""
    reset_id: str
    """The request's id."""
    email: str | None
    """The address the link goes to. Personal: email of userId."""
    ip_address: str | None
    """The address the request came from, IPv4 or IPv6; null when it is not known. Personal: ip of
    userId.
    """
    language: str
    """BCP 47 tag of the language to write in."""
    requested_at: Timestamp
    """When the request was made."""
    expires_at: Timestamp
    """When the link stops working."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "userId": self.user_id,
            "resetId": self.reset_id,
            "email": self.email,
            "ipAddress": self.ip_address,
            "language": self.language,
            "requestedAt": self.requested_at,
            "expiresAt": self.expires_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                user_id=payload["userId"],
                reset_id=payload["resetId"],
                email=payload["email"],
                ip_address=payload["ipAddress"],
                language=payload["language"],
                requested_at=payload["requestedAt"],
                expires_at=payload["expiresAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthAccountLocked(TypedEvent):
    """An account can no longer be signed in to.

    auth.account.locked 1.1, on the topic dreamscape.auth.account.locked.
    """

    event_type: ClassVar[str] = "auth.account.locked"
    version: ClassVar[str] = "1.1"
    topic: ClassVar[str] = "dreamscape.auth.account.locked"
    aggregate_id_field: ClassVar[str | None] = "userId"

    user_id: str
    """The user's id."""
    reason: LockReason
    """Why the account was locked."""
    failed_sign_ins: int
    """Failed sign-ins in a row before the lock; 0 when that was not the reason."""
    ip_address: str | None = None
    """The address of the last attempt; null when there was none. Personal: ip of userId."""
    locked_at: Timestamp
    """When the account was locked."""
    unlocks_at: Timestamp | None = None
    """When it opens again by itself; null when somebody must open it."""
    sessions_ended: int = 0
    """How many open sessions the lock ended."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "userId": self.user_id,
            "reason": self.reason,
            "failedSignIns": self.failed_sign_ins,
            "ipAddress": self.ip_address,
            "lockedAt": self.locked_at,
            "unlocksAt": self.unlocks_at,
            "sessionsEnded": self.sessions_ended,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                user_id=payload["userId"],
                reason=payload["reason"],
                failed_sign_ins=renamed(payload, ("failedSignIns", "failedAttempts")),
                ip_address=payload.get("ipAddress"),
                locked_at=payload["lockedAt"],
                unlocks_at=payload.get("unlocksAt"),
                sessions_ended=payload.get("sessionsEnded", 0),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error
