# Generated from the catalog by `python -m headrace.service.generate`; do not edit.
"""user-service: what it publishes and what it handles."""

from headrace.events import (
    AiRecommendationGenerated,
    AiUserBehaviorAnalyzed,
    AnalyticsEventTracked,
    AuthLogin,
    AuthLogout,
    NotificationEmailRequested,
    NotificationPushRequested,
    NotificationSmsRequested,
    UserCreated,
    UserDeleted,
    UserPreferencesUpdated,
    UserProfileUpdated,
    UserUpdated,
    VoyageBookingConfirmed,
)
from headrace.service.facade import Facade, Handles, Publishes


class UserService(Facade):
    """user-service, in the group dreamscape-user-service-group."""

    NAME = "user-service"

    publish_analytics_event_tracked = Publishes(AnalyticsEventTracked)
    publish_notification_email_requested = Publishes(NotificationEmailRequested)
    publish_notification_sms_requested = Publishes(NotificationSmsRequested)
    publish_notification_push_requested = Publishes(NotificationPushRequested)
    publish_created = Publishes(UserCreated)
    publish_updated = Publishes(UserUpdated)
    publish_deleted = Publishes(UserDeleted)
    publish_profile_updated = Publishes(UserProfileUpdated)
    publish_preferences_updated = Publishes(UserPreferencesUpdated)

    def subscribe_to_ai_events(
        self,
        *,
        on_ai_recommendation_generated: Handles[AiRecommendationGenerated] | None = None,
        on_ai_user_behavior_analyzed: Handles[AiUserBehaviorAnalyzed] | None = None,
    ) -> None:
        """Handle events of ai; before `initialize`."""
        self.subscribe(
            {
                AiRecommendationGenerated: on_ai_recommendation_generated,
                AiUserBehaviorAnalyzed: on_ai_user_behavior_analyzed,
            }
        )

    def subscribe_to_auth_events(
        self,
        *,
        on_auth_login: Handles[AuthLogin] | None = None,
        on_auth_logout: Handles[AuthLogout] | None = None,
    ) -> None:
        """Handle events of auth; before `initialize`."""
        self.subscribe(
            {
                AuthLogin: on_auth_login,
                AuthLogout: on_auth_logout,
            }
        )

    def subscribe_to_voyage_events(
        self,
        *,
        on_voyage_booking_confirmed: Handles[VoyageBookingConfirmed] | None = None,
    ) -> None:
        """Handle events of voyage; before `initialize`."""
        self.subscribe(
            {
                VoyageBookingConfirmed: on_voyage_booking_confirmed,
            }
        )
