"""What the catalog wants of a cluster and a registry, against what they have. Pure: no I/O.

`principals` derives who may write and read what; `wanted_state` says what there should be,
`FoundState` what there is; `make_plan` compares the two into typed `Change`s in a safe order, each
with its `Danger`. A `Permit` says which dangerous ones were allowed by name. Reading a cluster and
applying a plan is headrace.kafka.provision's.
"""

from headrace.catalog.planning.changes import (
    Change,
    CreateAcl,
    CreateTopic,
    CreateUser,
    Danger,
    DeleteAcl,
    DeleteTopic,
    DeleteUser,
    DifferentPartitions,
    DifferentReplication,
    GrowTopic,
    RegisterSchema,
    SetConfig,
    SetLevel,
    UnknownSchema,
)
from headrace.catalog.planning.plan import Permit, Plan, make_plan
from headrace.catalog.planning.principals import (
    ARCHIVE_GROUP,
    Principal,
    principals,
    service_of,
)
from headrace.catalog.planning.state import (
    ALL_SECTIONS,
    Acl,
    FoundState,
    FoundSubject,
    FoundTopic,
    Made,
    Section,
    SubjectSpec,
    TopicSpec,
    WantedState,
)
from headrace.catalog.planning.wanted import JOURNAL, relay_cursor, topic_spec, wanted_state
from headrace.catalog.relay import RELAY

__all__ = [
    "ALL_SECTIONS",
    "ARCHIVE_GROUP",
    "JOURNAL",
    "RELAY",
    "Acl",
    "Change",
    "CreateAcl",
    "CreateTopic",
    "CreateUser",
    "Danger",
    "DeleteAcl",
    "DeleteTopic",
    "DeleteUser",
    "DifferentPartitions",
    "DifferentReplication",
    "FoundState",
    "FoundSubject",
    "FoundTopic",
    "GrowTopic",
    "Made",
    "Permit",
    "Plan",
    "Principal",
    "RegisterSchema",
    "Section",
    "SetConfig",
    "SetLevel",
    "SubjectSpec",
    "TopicSpec",
    "UnknownSchema",
    "WantedState",
    "make_plan",
    "principals",
    "relay_cursor",
    "service_of",
    "topic_spec",
    "wanted_state",
]
