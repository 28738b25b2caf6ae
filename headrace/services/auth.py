# Generated from the catalog by `python -m headrace.service.generate`; do not edit.
"""auth-service: what it publishes and what it handles."""

from headrace.events import (
    AnalyticsEventTracked,
    AuthAccountLocked,
    AuthLogin,
    AuthLogout,
    AuthPasswordChanged,
    AuthPasswordResetRequested,
    AuthTokenRefreshed,
    NotificationEmailRequested,
    NotificationPushRequested,
    NotificationSmsRequested,
    UserCreated,
    UserDeleted,
)
from headrace.service.facade import Facade, Handles, Publishes


class AuthService(Facade):
    """auth-service, in the group dreamscape-auth-service-group."""

    NAME = "auth-service"

    publish_analytics_event_tracked = Publishes(AnalyticsEventTracked)
    publish_login = Publishes(AuthLogin)
    publish_logout = Publishes(AuthLogout)
    publish_token_refreshed = Publishes(AuthTokenRefreshed)
    publish_password_changed = Publishes(AuthPasswordChanged)
    publish_password_reset_requested = Publishes(AuthPasswordResetRequested)
    publish_account_locked = Publishes(AuthAccountLocked)
    publish_notification_email_requested = Publishes(NotificationEmailRequested)
    publish_notification_sms_requested = Publishes(NotificationSmsRequested)
    publish_notification_push_requested = Publishes(NotificationPushRequested)

    def subscribe_to_user_events(
        self,
        *,
        on_user_created: Handles[UserCreated] | None = None,
        on_user_deleted: Handles[UserDeleted] | None = None,
    ) -> None:
        """Handle events of user; before `initialize`."""
        self.subscribe(
            {
                UserCreated: on_user_created,
                UserDeleted: on_user_deleted,
            }
        )
