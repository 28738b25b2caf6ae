# Generated from the catalog by `python -m headrace.service.generate`; do not edit.
"""payment-service: what it publishes and what it handles."""

from headrace.events import (
    AnalyticsEventTracked,
    NotificationEmailRequested,
    NotificationPushRequested,
    NotificationSmsRequested,
    PaymentCompleted,
    PaymentFailed,
    PaymentInitiated,
    PaymentPartialRefund,
    PaymentPartialRefundV2,
    PaymentRefunded,
    UserDeleted,
    VoyageBookingCancelled,
    VoyageBookingCreated,
    VoyageBookingUpdated,
)
from headrace.service.facade import Facade, Handles, Publishes


class PaymentService(Facade):
    """payment-service, in the group dreamscape-payment-service-group."""

    NAME = "payment-service"

    publish_analytics_event_tracked = Publishes(AnalyticsEventTracked)
    publish_notification_email_requested = Publishes(NotificationEmailRequested)
    publish_notification_sms_requested = Publishes(NotificationSmsRequested)
    publish_notification_push_requested = Publishes(NotificationPushRequested)
    publish_initiated = Publishes(PaymentInitiated)
    publish_completed = Publishes(PaymentCompleted)
    publish_failed = Publishes(PaymentFailed)
    publish_refunded = Publishes(PaymentRefunded)
    publish_partial_refund = Publishes(PaymentPartialRefund)
    publish_partial_refund_v2 = Publishes(PaymentPartialRefundV2)

    def subscribe_to_user_events(
        self,
        *,
        on_user_deleted: Handles[UserDeleted] | None = None,
    ) -> None:
        """Handle events of user; before `initialize`."""
        self.subscribe(
            {
                UserDeleted: on_user_deleted,
            }
        )

    def subscribe_to_voyage_events(
        self,
        *,
        on_voyage_booking_created: Handles[VoyageBookingCreated] | None = None,
        on_voyage_booking_cancelled: Handles[VoyageBookingCancelled] | None = None,
        on_voyage_booking_updated: Handles[VoyageBookingUpdated] | None = None,
    ) -> None:
        """Handle events of voyage; before `initialize`."""
        self.subscribe(
            {
                VoyageBookingCreated: on_voyage_booking_created,
                VoyageBookingCancelled: on_voyage_booking_cancelled,
                VoyageBookingUpdated: on_voyage_booking_updated,
            }
        )
