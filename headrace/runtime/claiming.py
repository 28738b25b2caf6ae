"""Claiming: where a partition starts, and when starting would lose or guess."""

from collections.abc import Mapping

from headrace.runtime.ledger import Claim, ClaimRequest
from headrace.runtime.policy import StageStoppedError
from headrace.runtime.records import PartitionFacts, TopicPartition


class OffsetOutOfRangeError(StageStoppedError):
    """The ledger's offset is not in the log: retention was faster, or the log was cut."""


def claim_requests(facts: Mapping[TopicPartition, PartitionFacts]) -> list[ClaimRequest]:
    """In key order. Where the ledger has no row, reading starts at the first record: for a group
    that starts at the end of a topic, `requests_at_the_end` has been noted there before.
    """
    return [ClaimRequest(tp, fact.topic_id, fact.beginning) for tp, fact in sorted(facts.items())]


def requests_at_the_end(facts: Mapping[TopicPartition, PartitionFacts]) -> list[ClaimRequest]:
    """What `Ledger.begin` takes for a group that starts at the end of these partitions."""
    return [ClaimRequest(tp, fact.topic_id, fact.end) for tp, fact in sorted(facts.items())]


def positions_or_stop(
    group: str,
    claims: Mapping[TopicPartition, Claim],
    facts: Mapping[TopicPartition, PartitionFacts],
) -> None:
    """Raises OffsetOutOfRangeError when a claimed offset is not in the log: never a silent jump."""
    for tp, claim in claims.items():
        fact = facts[tp]
        if claim.next_offset < fact.beginning:
            lost = fact.beginning - claim.next_offset
            raise OffsetOutOfRangeError(
                f"{tp}: {lost} records from offset {claim.next_offset} left the log before {group} "
                f"read them (it begins at {fact.beginning}); to go on without them, counted as "
                f"skipped: headrace ledger skip {group} {tp.topic}"
            )
        if claim.next_offset > fact.end:
            raise OffsetOutOfRangeError(
                f"{tp}: {group} has applied up to offset {claim.next_offset}, but the log ends at "
                f"{fact.end}: it lost records that were read, and what was applied of them stays; "
                f"to go on at its end: headrace ledger rewind {group} {tp.topic}; to apply all of "
                f"it once more: headrace ledger restart {group} {tp.topic}"
            )
