# Generated from the catalog by `python -m headrace.service.generate`; do not edit.
"""notification-service: what it publishes and what it handles."""

from headrace.events import (
    AnalyticsEventTracked,
    AuthAccountLocked,
    AuthPasswordChanged,
    AuthPasswordResetRequested,
    NotificationEmailRequested,
    NotificationPushRequested,
    NotificationSmsRequested,
    PaymentCompleted,
    PaymentFailed,
    PaymentPartialRefund,
    PaymentPartialRefundV2,
    PaymentRefunded,
    VoyageBookingCancelled,
    VoyageBookingConfirmed,
    VoyageBookingCreated,
    VoyageBookingUpdated,
)
from headrace.service.facade import Facade, Handles, Publishes


class NotificationService(Facade):
    """notification-service, in the group dreamscape-notification-service-group."""

    NAME = "notification-service"

    publish_analytics_event_tracked = Publishes(AnalyticsEventTracked)
    publish_email_requested = Publishes(NotificationEmailRequested)
    publish_sms_requested = Publishes(NotificationSmsRequested)
    publish_push_requested = Publishes(NotificationPushRequested)

    def subscribe_to_auth_events(
        self,
        *,
        on_auth_password_changed: Handles[AuthPasswordChanged] | None = None,
        on_auth_password_reset_requested: Handles[AuthPasswordResetRequested] | None = None,
        on_auth_account_locked: Handles[AuthAccountLocked] | None = None,
    ) -> None:
        """Handle events of auth; before `initialize`."""
        self.subscribe(
            {
                AuthPasswordChanged: on_auth_password_changed,
                AuthPasswordResetRequested: on_auth_password_reset_requested,
                AuthAccountLocked: on_auth_account_locked,
            }
        )

    def subscribe_to_notification_events(
        self,
        *,
        on_notification_email_requested: Handles[NotificationEmailRequested] | None = None,
        on_notification_sms_requested: Handles[NotificationSmsRequested] | None = None,
        on_notification_push_requested: Handles[NotificationPushRequested] | None = None,
    ) -> None:
        """Handle events of notification; before `initialize`."""
        self.subscribe(
            {
                NotificationEmailRequested: on_notification_email_requested,
                NotificationSmsRequested: on_notification_sms_requested,
                NotificationPushRequested: on_notification_push_requested,
            }
        )

    def subscribe_to_payment_events(
        self,
        *,
        on_payment_completed: Handles[PaymentCompleted] | None = None,
        on_payment_failed: Handles[PaymentFailed] | None = None,
        on_payment_refunded: Handles[PaymentRefunded] | None = None,
        on_payment_partial_refund: Handles[PaymentPartialRefund] | None = None,
        on_payment_partial_refund_v2: Handles[PaymentPartialRefundV2] | None = None,
    ) -> None:
        """Handle events of payment; before `initialize`."""
        self.subscribe(
            {
                PaymentCompleted: on_payment_completed,
                PaymentFailed: on_payment_failed,
                PaymentRefunded: on_payment_refunded,
                PaymentPartialRefund: on_payment_partial_refund,
                PaymentPartialRefundV2: on_payment_partial_refund_v2,
            }
        )

    def subscribe_to_voyage_events(
        self,
        *,
        on_voyage_booking_created: Handles[VoyageBookingCreated] | None = None,
        on_voyage_booking_confirmed: Handles[VoyageBookingConfirmed] | None = None,
        on_voyage_booking_cancelled: Handles[VoyageBookingCancelled] | None = None,
        on_voyage_booking_updated: Handles[VoyageBookingUpdated] | None = None,
    ) -> None:
        """Handle events of voyage; before `initialize`."""
        self.subscribe(
            {
                VoyageBookingCreated: on_voyage_booking_created,
                VoyageBookingConfirmed: on_voyage_booking_confirmed,
                VoyageBookingCancelled: on_voyage_booking_cancelled,
                VoyageBookingUpdated: on_voyage_booking_updated,
            }
        )
