"""Consumer groups as their coordinators know them: members, and committed offsets.

Asked through aiokafka, which this folder and its callers alone know: `exporter` and `doctor`.
"""

from headrace.groups.offsets import GroupOffsets, Groups, existing_groups, group_offsets

__all__ = ["GroupOffsets", "Groups", "existing_groups", "group_offsets"]
