# Generated from the schemas by `headrace schemas generate`; do not edit.
"""The typed class of every event type and major version, imported when it is asked for.

`from <this package> import UserCreated`, or by name: `typed_event(event_type, version)`.
"""

from typing import TYPE_CHECKING

from headrace.events.base import TypedEvent, timestamp
from headrace.events.lazy import LazyClasses

if TYPE_CHECKING:
    from .ai import (
        AiPredictionMade,
        AiRecommendationGenerated,
        AiRecommendationRequested,
        AiUserBehaviorAnalyzed,
    )
    from .analytics import AnalyticsEventTracked, AnalyticsPageView
    from .auth import (
        AuthAccountLocked,
        AuthLogin,
        AuthLogout,
        AuthPasswordChanged,
        AuthPasswordResetRequested,
        AuthTokenRefreshed,
    )
    from .notification import (
        NotificationEmailRequested,
        NotificationPushRequested,
        NotificationSmsRequested,
    )
    from .payment import (
        PaymentCompleted,
        PaymentFailed,
        PaymentInitiated,
        PaymentPartialRefund,
        PaymentPartialRefundV2,
        PaymentRefunded,
    )
    from .studio import (
        ConnectChannelConnected,
        ConnectDistributionCompleted,
        ConnectDistributionRequested,
        ConnectPicturePublished,
        ConnectPictureRefused,
        ConnectPictureWithdrawn,
        GsPictureRejected,
        GsPictureTaken,
        GsPictureValidated,
        GsShootingCompleted,
        GsShootingPlanned,
        GsShootingStarted,
        SourcingProductDeclined,
        SourcingProductProposed,
        SourcingProductSelected,
        SourcingSampleReceived,
        SourcingSampleRequested,
        SourcingSupplierRegistered,
    )
    from .user import (
        UserCreated,
        UserDeleted,
        UserPreferencesUpdated,
        UserProfileUpdated,
        UserUpdated,
    )
    from .voyage import (
        VoyageBookingCancelled,
        VoyageBookingConfirmed,
        VoyageBookingCreated,
        VoyageBookingUpdated,
        VoyageFlightSelected,
        VoyageHotelSelected,
        VoyageSearchPerformed,
    )

__all__ = [
    "AiPredictionMade",
    "AiRecommendationGenerated",
    "AiRecommendationRequested",
    "AiUserBehaviorAnalyzed",
    "AnalyticsEventTracked",
    "AnalyticsPageView",
    "AuthAccountLocked",
    "AuthLogin",
    "AuthLogout",
    "AuthPasswordChanged",
    "AuthPasswordResetRequested",
    "AuthTokenRefreshed",
    "ConnectChannelConnected",
    "ConnectDistributionCompleted",
    "ConnectDistributionRequested",
    "ConnectPicturePublished",
    "ConnectPictureRefused",
    "ConnectPictureWithdrawn",
    "GsPictureRejected",
    "GsPictureTaken",
    "GsPictureValidated",
    "GsShootingCompleted",
    "GsShootingPlanned",
    "GsShootingStarted",
    "NotificationEmailRequested",
    "NotificationPushRequested",
    "NotificationSmsRequested",
    "PaymentCompleted",
    "PaymentFailed",
    "PaymentInitiated",
    "PaymentPartialRefund",
    "PaymentPartialRefundV2",
    "PaymentRefunded",
    "SourcingProductDeclined",
    "SourcingProductProposed",
    "SourcingProductSelected",
    "SourcingSampleReceived",
    "SourcingSampleRequested",
    "SourcingSupplierRegistered",
    "TypedEvent",
    "UserCreated",
    "UserDeleted",
    "UserPreferencesUpdated",
    "UserProfileUpdated",
    "UserUpdated",
    "VoyageBookingCancelled",
    "VoyageBookingConfirmed",
    "VoyageBookingCreated",
    "VoyageBookingUpdated",
    "VoyageFlightSelected",
    "VoyageHotelSelected",
    "VoyageSearchPerformed",
    "timestamp",
    "typed_event",
]

_CLASSES = LazyClasses(
    __name__,
    {
        "AiPredictionMade": ("ai", "ai.prediction.made", 1),
        "AiRecommendationGenerated": ("ai", "ai.recommendation.generated", 1),
        "AiRecommendationRequested": ("ai", "ai.recommendation.requested", 1),
        "AiUserBehaviorAnalyzed": ("ai", "ai.user.behavior.analyzed", 1),
        "AnalyticsEventTracked": ("analytics", "analytics.event.tracked", 1),
        "AnalyticsPageView": ("analytics", "analytics.page.view", 1),
        "AuthAccountLocked": ("auth", "auth.account.locked", 1),
        "AuthLogin": ("auth", "auth.login", 1),
        "AuthLogout": ("auth", "auth.logout", 1),
        "AuthPasswordChanged": ("auth", "auth.password.changed", 1),
        "AuthPasswordResetRequested": ("auth", "auth.password.reset.requested", 1),
        "AuthTokenRefreshed": ("auth", "auth.token.refreshed", 1),
        "ConnectChannelConnected": ("studio", "connect.channel.connected", 1),
        "ConnectDistributionCompleted": ("studio", "connect.distribution.completed", 1),
        "ConnectDistributionRequested": ("studio", "connect.distribution.requested", 1),
        "ConnectPicturePublished": ("studio", "connect.picture.published", 1),
        "ConnectPictureRefused": ("studio", "connect.picture.refused", 1),
        "ConnectPictureWithdrawn": ("studio", "connect.picture.withdrawn", 1),
        "GsPictureRejected": ("studio", "gs.picture.rejected", 1),
        "GsPictureTaken": ("studio", "gs.picture.taken", 1),
        "GsPictureValidated": ("studio", "gs.picture.validated", 1),
        "GsShootingCompleted": ("studio", "gs.shooting.completed", 1),
        "GsShootingPlanned": ("studio", "gs.shooting.planned", 1),
        "GsShootingStarted": ("studio", "gs.shooting.started", 1),
        "NotificationEmailRequested": ("notification", "notification.email.requested", 1),
        "NotificationPushRequested": ("notification", "notification.push.requested", 1),
        "NotificationSmsRequested": ("notification", "notification.sms.requested", 1),
        "PaymentCompleted": ("payment", "payment.completed", 1),
        "PaymentFailed": ("payment", "payment.failed", 1),
        "PaymentInitiated": ("payment", "payment.initiated", 1),
        "PaymentPartialRefund": ("payment", "payment.partial.refund", 1),
        "PaymentPartialRefundV2": ("payment", "payment.partial.refund", 2),
        "PaymentRefunded": ("payment", "payment.refunded", 1),
        "SourcingProductDeclined": ("studio", "sourcing.product.declined", 1),
        "SourcingProductProposed": ("studio", "sourcing.product.proposed", 1),
        "SourcingProductSelected": ("studio", "sourcing.product.selected", 1),
        "SourcingSampleReceived": ("studio", "sourcing.sample.received", 1),
        "SourcingSampleRequested": ("studio", "sourcing.sample.requested", 1),
        "SourcingSupplierRegistered": ("studio", "sourcing.supplier.registered", 1),
        "UserCreated": ("user", "user.created", 1),
        "UserDeleted": ("user", "user.deleted", 1),
        "UserPreferencesUpdated": ("user", "user.preferences.updated", 1),
        "UserProfileUpdated": ("user", "user.profile.updated", 1),
        "UserUpdated": ("user", "user.updated", 1),
        "VoyageBookingCancelled": ("voyage", "voyage.booking.cancelled", 1),
        "VoyageBookingConfirmed": ("voyage", "voyage.booking.confirmed", 1),
        "VoyageBookingCreated": ("voyage", "voyage.booking.created", 1),
        "VoyageBookingUpdated": ("voyage", "voyage.booking.updated", 1),
        "VoyageFlightSelected": ("voyage", "voyage.flight.selected", 1),
        "VoyageHotelSelected": ("voyage", "voyage.hotel.selected", 1),
        "VoyageSearchPerformed": ("voyage", "voyage.search.performed", 1),
    },
)
typed_event = _CLASSES.typed_event

if not TYPE_CHECKING:
    __getattr__ = _CLASSES.load
