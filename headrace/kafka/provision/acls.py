"""ACLs in librdkafka's words and in ours."""

from typing import Any

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from headrace.catalog.planning import Acl

_USER = "User:"
_CLUSTER = "cluster"

ALL_ACLS = AclBindingFilter(
    ResourceType.ANY,
    None,
    ResourcePatternType.ANY,
    None,
    None,
    AclOperation.ANY,
    AclPermissionType.ANY,
)


def binding(acl: Acl) -> Any:
    """The rule as the admin client creates it."""
    return AclBinding(*_parts(acl))


def exactly(acl: Acl) -> Any:
    """A filter that matches this rule and no other."""
    return AclBindingFilter(*_parts(acl))


def acl_of(bound: Any) -> Acl:
    """A rule as the admin client describes it."""
    kind = bound.restype.name.lower()
    return Acl(
        principal=bound.principal.removeprefix(_USER),
        resource_type=_CLUSTER if kind == "broker" else kind,
        resource=bound.name,
        operation=bound.operation.name.lower(),
        pattern=bound.resource_pattern_type.name.lower(),
        permission=bound.permission_type.name.lower(),
        host=bound.host,
    )


def _parts(acl: Acl) -> tuple[Any, ...]:
    kind = "broker" if acl.resource_type == _CLUSTER else acl.resource_type
    principal = acl.principal if ":" in acl.principal else _USER + acl.principal
    return (
        ResourceType[kind.upper()],
        acl.resource,
        ResourcePatternType[acl.pattern.upper()],
        principal,
        acl.host,
        AclOperation[acl.operation.upper()],
        AclPermissionType[acl.permission.upper()],
    )
