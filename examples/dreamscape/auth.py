"""auth-service: sign-ins. It has no database: its ledger is Kafka's offsets, at least once, so what
its handlers do is the same when it is done again.
"""

from examples.dreamscape.journal import handled
from examples.dreamscape.program import program
from headrace import Metadata, Service, SyncProducer
from headrace.clock import SystemClock
from headrace.events import AuthLogin, UserCreated, UserDeleted, timestamp

service = Service("auth-service")
known: set[str] = set()


@service.on(UserCreated)
async def welcome(event: UserCreated, metadata: Metadata) -> None:
    known.add(event.user_id)
    handled(metadata, f"{event.user_id} may sign in")


@service.on(UserDeleted)
async def lock_out(event: UserDeleted, metadata: Metadata) -> None:
    known.discard(event.user_id)
    handled(metadata, f"{event.user_id} may not sign in")


def sign_in(count: str) -> list[str]:
    """So many people sign in."""
    now = timestamp(SystemClock().now())
    with SyncProducer("auth-service") as producer:
        for number in range(int(count)):
            producer.publish(
                AuthLogin(
                    user_id=f"user-{number}",
                    session_id=f"session-{number}",
                    ip_address="192.0.2.1",
                    user_agent="example",
                    login_at=now,
                    method="password",
                )
            )
    return [f"{count} people signed in"]


if __name__ == "__main__":
    program(service, **{"sign-in": sign_in})
