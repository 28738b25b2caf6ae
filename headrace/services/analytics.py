# Generated from the catalog by `python -m headrace.service.generate`; do not edit.
"""analytics-service: what it publishes and what it handles."""

from headrace.events import (
    AiPredictionMade,
    AiRecommendationGenerated,
    AiRecommendationRequested,
    AiUserBehaviorAnalyzed,
    AnalyticsEventTracked,
    AnalyticsPageView,
    AuthAccountLocked,
    AuthLogin,
    AuthLogout,
    AuthTokenRefreshed,
    NotificationEmailRequested,
    NotificationPushRequested,
    NotificationSmsRequested,
    PaymentInitiated,
    UserCreated,
    UserUpdated,
    VoyageFlightSelected,
    VoyageHotelSelected,
    VoyageSearchPerformed,
)
from headrace.service.facade import Facade, Handles, Publishes


class AnalyticsService(Facade):
    """analytics-service, in the group dreamscape-analytics-service-group."""

    NAME = "analytics-service"

    publish_event_tracked = Publishes(AnalyticsEventTracked)
    publish_notification_email_requested = Publishes(NotificationEmailRequested)
    publish_notification_sms_requested = Publishes(NotificationSmsRequested)
    publish_notification_push_requested = Publishes(NotificationPushRequested)

    def subscribe_to_ai_events(
        self,
        *,
        on_ai_recommendation_requested: Handles[AiRecommendationRequested] | None = None,
        on_ai_recommendation_generated: Handles[AiRecommendationGenerated] | None = None,
        on_ai_prediction_made: Handles[AiPredictionMade] | None = None,
        on_ai_user_behavior_analyzed: Handles[AiUserBehaviorAnalyzed] | None = None,
    ) -> None:
        """Handle events of ai; before `initialize`."""
        self.subscribe(
            {
                AiRecommendationRequested: on_ai_recommendation_requested,
                AiRecommendationGenerated: on_ai_recommendation_generated,
                AiPredictionMade: on_ai_prediction_made,
                AiUserBehaviorAnalyzed: on_ai_user_behavior_analyzed,
            }
        )

    def subscribe_to_analytics_events(
        self,
        *,
        on_analytics_event_tracked: Handles[AnalyticsEventTracked] | None = None,
        on_analytics_page_view: Handles[AnalyticsPageView] | None = None,
    ) -> None:
        """Handle events of analytics; before `initialize`."""
        self.subscribe(
            {
                AnalyticsEventTracked: on_analytics_event_tracked,
                AnalyticsPageView: on_analytics_page_view,
            }
        )

    def subscribe_to_auth_events(
        self,
        *,
        on_auth_login: Handles[AuthLogin] | None = None,
        on_auth_logout: Handles[AuthLogout] | None = None,
        on_auth_token_refreshed: Handles[AuthTokenRefreshed] | None = None,
        on_auth_account_locked: Handles[AuthAccountLocked] | None = None,
    ) -> None:
        """Handle events of auth; before `initialize`."""
        self.subscribe(
            {
                AuthLogin: on_auth_login,
                AuthLogout: on_auth_logout,
                AuthTokenRefreshed: on_auth_token_refreshed,
                AuthAccountLocked: on_auth_account_locked,
            }
        )

    def subscribe_to_payment_events(
        self,
        *,
        on_payment_initiated: Handles[PaymentInitiated] | None = None,
    ) -> None:
        """Handle events of payment; before `initialize`."""
        self.subscribe(
            {
                PaymentInitiated: on_payment_initiated,
            }
        )

    def subscribe_to_user_events(
        self,
        *,
        on_user_created: Handles[UserCreated] | None = None,
        on_user_updated: Handles[UserUpdated] | None = None,
    ) -> None:
        """Handle events of user; before `initialize`."""
        self.subscribe(
            {
                UserCreated: on_user_created,
                UserUpdated: on_user_updated,
            }
        )

    def subscribe_to_voyage_events(
        self,
        *,
        on_voyage_search_performed: Handles[VoyageSearchPerformed] | None = None,
        on_voyage_flight_selected: Handles[VoyageFlightSelected] | None = None,
        on_voyage_hotel_selected: Handles[VoyageHotelSelected] | None = None,
    ) -> None:
        """Handle events of voyage; before `initialize`."""
        self.subscribe(
            {
                VoyageSearchPerformed: on_voyage_search_performed,
                VoyageFlightSelected: on_voyage_flight_selected,
                VoyageHotelSelected: on_voyage_hotel_selected,
            }
        )
