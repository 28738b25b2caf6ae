"""What classes and attributes are called."""

from keyword import iskeyword

from headrace.catalog.compose import pascal_case
from headrace.catalog.schema_rules import snake_case

# what the generated modules import, or the classes inherit
IMPORTED = frozenset(
    {
        *("Any", "ClassVar", "Literal", "Mapping", "Self", "TypeAlias"),
        *("TypedEvent", "TypedRecord", "UNFIT"),
        *("Timestamp", "LocalTimestamp", "Date", "TimeOfDay"),
        *("DecimalText", "UuidText", "Base64Text"),
    }
)
_INHERITED = frozenset(
    {"event_type", "version", "topic", "aggregate_id_field", "to_payload", "from_payload"}
)
# names that the bodies of the generated methods use
_USED = frozenset({"cls", "self", "payload"})


def attribute_name(field: str) -> str:
    """The attribute of a payload's field: createdAt gives created_at, class gives class_."""
    name = snake_case(field)
    taken = name in _INHERITED or name in _USED or iskeyword(name)
    return f"{name}_" if taken else name


def event_class_name(event_type: str, major: int) -> str:
    """UserCreated for the first major of user.created, UserCreatedV2 for the second."""
    return with_major(pascal_case(event_type), major)


def with_major(name: str, major: int) -> str:
    return name if major == 1 else f"{name}V{major}"


def constant_name(name: str) -> str:
    """The name of an enum's set of symbols."""
    return f"_{snake_case(name).upper()}_SYMBOLS"
