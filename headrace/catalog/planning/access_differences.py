"""Users and ACLs: granted, or no longer wanted."""

from collections.abc import Iterator

from headrace.catalog.planning.changes import Change, CreateAcl, CreateUser, DeleteAcl, DeleteUser
from headrace.catalog.planning.state import Acl, Made, WantedState

_TRANSACTIONS = "transactional_id"


def users_to_create(wanted: WantedState, found: frozenset[str]) -> Iterator[Change]:
    """Existence is all that can be compared: passwords cannot be read back."""
    return (CreateUser(name) for name in sorted(wanted.users - found))


def users_to_delete(wanted: WantedState, found: frozenset[str], made: Made) -> Iterator[Change]:
    """Those that headrace made and that follow from the catalog no longer."""
    return (DeleteUser(name) for name in sorted((made.principals - wanted.users) & found))


def acls_to_create(wanted: WantedState, found: frozenset[Acl]) -> Iterator[Change]:
    return (CreateAcl(acl) for acl in sorted(wanted.acls - found))


def acls_to_delete(wanted: WantedState, found: frozenset[Acl], made: Made) -> Iterator[Change]:
    """Rules that a principal of ours has beyond the catalog, on what is ours.

    Ours are the principals, topics and groups that the catalog names or headrace made, the
    transactional ids of its own processes, and the cluster. Rules of other principals, and those
    on other resources, are nobody's business here.
    """
    principals = wanted.users | made.principals
    topics = frozenset({*wanted.topics, *made.topics})
    groups = wanted.groups | made.groups
    transactions = frozenset(a.resource for a in wanted.acls if a.resource_type == _TRANSACTIONS)
    for acl in sorted(found - wanted.acls):
        ours = (
            acl.resource_type == "cluster"
            or acl.touches("topic", topics)
            or acl.touches("group", groups)
            or acl.touches(_TRANSACTIONS, transactions)
        )
        if acl.principal in principals and ours:
            yield DeleteAcl(acl)
