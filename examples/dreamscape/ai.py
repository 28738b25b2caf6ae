"""ai-service: looks at what people do, and recommends. Without a database, at least once."""

from datetime import timedelta

from examples.dreamscape.journal import handled
from headrace import Metadata, Service
from headrace.envelope import Event
from headrace.events import AiRecommendationGenerated, VoyageSearchPerformed, timestamp
from headrace.events.ai import RecommendedItem

service = Service("ai-service")


@service.on(VoyageSearchPerformed)
async def recommend(event: VoyageSearchPerformed, metadata: Metadata) -> None:
    """Under ids that follow from the search, so that a second time is the first."""
    now = service.clock.now()
    await service.publish(
        AiRecommendationGenerated(
            recommendation_id=f"for-{event.search_id}",
            request_id=event.search_id,
            user_id=event.user_id or "nobody",
            model="always-lisbon",
            model_version="1",
            items=[
                RecommendedItem(
                    rank=1, kind="destination", item_id="LIS", title="Lisbon", score=1.0, reasons=[]
                )
            ],
            duration_millis=1,
            generated_at=timestamp(now),
            expires_at=timestamp(now + timedelta(days=1)),
        )
    )
    handled(metadata, "Lisbon")


async def learn(_: Event, metadata: Metadata) -> None:
    handled(metadata)


for event_type in service.membership.takes:
    if event_type != VoyageSearchPerformed.event_type:
        service.on(event_type)(learn)


if __name__ == "__main__":
    service.run()
