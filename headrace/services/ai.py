# Generated from the catalog by `python -m headrace.service.generate`; do not edit.
"""ai-service: what it publishes and what it handles."""

from headrace.events import (
    AiPredictionMade,
    AiRecommendationGenerated,
    AiRecommendationRequested,
    AiUserBehaviorAnalyzed,
    AnalyticsEventTracked,
    NotificationEmailRequested,
    NotificationPushRequested,
    NotificationSmsRequested,
    UserCreated,
    UserPreferencesUpdated,
    UserProfileUpdated,
    UserUpdated,
    VoyageFlightSelected,
    VoyageHotelSelected,
    VoyageSearchPerformed,
)
from headrace.service.facade import Facade, Handles, Publishes


class AiService(Facade):
    """ai-service, in the group dreamscape-ai-service-group."""

    NAME = "ai-service"

    publish_recommendation_requested = Publishes(AiRecommendationRequested)
    publish_recommendation_generated = Publishes(AiRecommendationGenerated)
    publish_prediction_made = Publishes(AiPredictionMade)
    publish_user_behavior_analyzed = Publishes(AiUserBehaviorAnalyzed)
    publish_analytics_event_tracked = Publishes(AnalyticsEventTracked)
    publish_notification_email_requested = Publishes(NotificationEmailRequested)
    publish_notification_sms_requested = Publishes(NotificationSmsRequested)
    publish_notification_push_requested = Publishes(NotificationPushRequested)

    def subscribe_to_user_events(
        self,
        *,
        on_user_created: Handles[UserCreated] | None = None,
        on_user_updated: Handles[UserUpdated] | None = None,
        on_user_profile_updated: Handles[UserProfileUpdated] | None = None,
        on_user_preferences_updated: Handles[UserPreferencesUpdated] | None = None,
    ) -> None:
        """Handle events of user; before `initialize`."""
        self.subscribe(
            {
                UserCreated: on_user_created,
                UserUpdated: on_user_updated,
                UserProfileUpdated: on_user_profile_updated,
                UserPreferencesUpdated: on_user_preferences_updated,
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
