# Generated from the catalog by `python -m headrace.service.generate`; do not edit.
"""voyage-service: what it publishes and what it handles."""

from headrace.events import (
    AiPredictionMade,
    AnalyticsEventTracked,
    NotificationEmailRequested,
    NotificationPushRequested,
    NotificationSmsRequested,
    PaymentCompleted,
    PaymentFailed,
    PaymentPartialRefund,
    PaymentPartialRefundV2,
    PaymentRefunded,
    UserDeleted,
    UserPreferencesUpdated,
    VoyageBookingCancelled,
    VoyageBookingConfirmed,
    VoyageBookingCreated,
    VoyageBookingUpdated,
    VoyageFlightSelected,
    VoyageHotelSelected,
    VoyageSearchPerformed,
)
from headrace.service.facade import Facade, Handles, Publishes


class VoyageService(Facade):
    """voyage-service, in the group dreamscape-voyage-service-group."""

    NAME = "voyage-service"

    publish_analytics_event_tracked = Publishes(AnalyticsEventTracked)
    publish_notification_email_requested = Publishes(NotificationEmailRequested)
    publish_notification_sms_requested = Publishes(NotificationSmsRequested)
    publish_notification_push_requested = Publishes(NotificationPushRequested)
    publish_search_performed = Publishes(VoyageSearchPerformed)
    publish_booking_created = Publishes(VoyageBookingCreated)
    publish_booking_confirmed = Publishes(VoyageBookingConfirmed)
    publish_booking_cancelled = Publishes(VoyageBookingCancelled)
    publish_booking_updated = Publishes(VoyageBookingUpdated)
    publish_flight_selected = Publishes(VoyageFlightSelected)
    publish_hotel_selected = Publishes(VoyageHotelSelected)

    def subscribe_to_ai_events(
        self,
        *,
        on_ai_prediction_made: Handles[AiPredictionMade] | None = None,
    ) -> None:
        """Handle events of ai; before `initialize`."""
        self.subscribe(
            {
                AiPredictionMade: on_ai_prediction_made,
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

    def subscribe_to_user_events(
        self,
        *,
        on_user_deleted: Handles[UserDeleted] | None = None,
        on_user_preferences_updated: Handles[UserPreferencesUpdated] | None = None,
    ) -> None:
        """Handle events of user; before `initialize`."""
        self.subscribe(
            {
                UserDeleted: on_user_deleted,
                UserPreferencesUpdated: on_user_preferences_updated,
            }
        )
