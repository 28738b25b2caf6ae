"""What belongs into the journal after a look."""

from headrace.catalog.planning import FoundState, Made, WantedState


def ours(wanted: WantedState, found: FoundState) -> Made:
    """What the catalog wants and is there, and what was ours before and is not gone.

    A section that was not looked at keeps its notes.
    """
    return Made(_topics(wanted, found), _principals(wanted, found), _groups(wanted, found))


def _topics(wanted: WantedState, found: FoundState) -> dict[str, str]:
    made = found.made.topics
    if found.topics is None:
        return dict(made)
    return {
        name: topic.topic_id
        for name, topic in found.topics.items()
        if name in wanted.topics or made.get(name) == topic.topic_id
    }


def _principals(wanted: WantedState, found: FoundState) -> frozenset[str]:
    made = found.made.principals
    if found.users is None and found.acls is None:
        return made
    there = frozenset(acl.principal for acl in found.acls or ()) | (found.users or frozenset())
    complete = found.users is not None and found.acls is not None
    return (wanted.users & there) | (made & there if complete else made)


def _groups(wanted: WantedState, found: FoundState) -> frozenset[str]:
    if found.acls is None:
        return found.made.groups
    named = frozenset(acl.resource for acl in found.acls if acl.resource_type == "group")
    return (wanted.groups | found.made.groups) & named
