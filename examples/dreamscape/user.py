"""user-service: profiles, and what they learn from the other services."""

from examples.dreamscape.journal import handled
from examples.dreamscape.program import program
from headrace import Metadata, Service, SyncProducer
from headrace.clock import SystemClock
from headrace.events import (
    AiRecommendationGenerated,
    AiUserBehaviorAnalyzed,
    AuthLogin,
    AuthLogout,
    UserCreated,
    VoyageBookingConfirmed,
    timestamp,
)

TABLES = """
CREATE TABLE IF NOT EXISTS profiles (
    user_id text PRIMARY KEY,
    logins bigint NOT NULL DEFAULT 0,
    trips bigint NOT NULL DEFAULT 0,
    last_seen timestamptz
);
"""
_LOGIN = """
INSERT INTO profiles AS p (user_id, logins, last_seen) VALUES (%s, 1, %s)
ON CONFLICT (user_id) DO UPDATE
SET logins = p.logins + 1, last_seen = greatest(p.last_seen, excluded.last_seen)
"""
_TRIP = """
INSERT INTO profiles AS p (user_id, trips) VALUES (%s, 1)
ON CONFLICT (user_id) DO UPDATE SET trips = p.trips + 1
"""

service = Service("user-service", ledger="postgres")


@service.on(AuthLogin)
async def saw_login(event: AuthLogin, metadata: Metadata) -> None:
    await metadata.transaction.execute(_LOGIN, [event.user_id, event.login_at])
    handled(metadata)


@service.on(VoyageBookingConfirmed)
async def count_trip(event: VoyageBookingConfirmed, metadata: Metadata) -> None:
    await metadata.transaction.execute(_TRIP, [event.user_id])
    handled(metadata)


@service.on(AuthLogout)
async def saw_logout(event: AuthLogout, metadata: Metadata) -> None:
    handled(metadata, f"{event.user_id} left")


@service.on(AiRecommendationGenerated)
async def recommend(event: AiRecommendationGenerated, metadata: Metadata) -> None:
    handled(metadata, f"{len(event.items)} things for {event.user_id}")


@service.on(AiUserBehaviorAnalyzed)
async def learn(event: AiUserBehaviorAnalyzed, metadata: Metadata) -> None:
    handled(metadata, f"{len(event.segments)} segments of {event.user_id}")


def sign_up(count: str) -> list[str]:
    """So many people join."""
    now = timestamp(SystemClock().now())
    with SyncProducer("user-service") as producer:
        for number in range(int(count)):
            name = f"user-{number}"
            producer.publish(
                UserCreated(
                    user_id=name,
                    email=f"{name}@example.com",
                    first_name="Ada",
                    last_name=None,
                    created_at=now,
                )
            )
    return [f"{count} people joined"]


if __name__ == "__main__":
    program(service, **{"sign-up": sign_up})
