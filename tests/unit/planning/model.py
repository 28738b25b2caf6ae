"""A cluster and a registry as one value: what each change does to it."""

from dataclasses import replace
from typing import Any

from headrace.catalog.planning import (
    Change,
    CreateAcl,
    CreateTopic,
    CreateUser,
    DeleteAcl,
    DeleteTopic,
    DeleteUser,
    FoundState,
    FoundSubject,
    FoundTopic,
    GrowTopic,
    RegisterSchema,
    SetConfig,
    SetLevel,
)


def changed(found: FoundState, change: Change) -> FoundState:
    """`found` after the change; what a real server would refuse fails."""
    if change.section == "topics":
        return _topics_changed(found, change)
    if change.section == "schemas":
        return _subjects_changed(found, change)
    return _access_changed(found, change)


def _topics_changed(found: FoundState, change: Change) -> FoundState:
    topics: dict[str, FoundTopic] = dict(found.topics or {})
    match change:
        case CreateTopic(spec):
            assert spec.name not in topics
            topics[spec.name] = FoundTopic(
                spec.name, f"id of {spec.name}", spec.partitions, spec.replication, spec.config
            )
        case GrowTopic(name, before, after):
            assert topics[name].partitions == before < after
            topics[name] = replace(topics[name], partitions=after)
        case SetConfig(name, key, _, value):
            topics[name] = _configured(topics[name], key, value)
        case DeleteTopic(name, topic_id):
            assert topics.pop(name).topic_id == topic_id
        case _:
            raise AssertionError(f"nobody makes {change}")
    return replace(found, topics=topics)


def _access_changed(found: FoundState, change: Change) -> FoundState:
    users, acls = found.users or frozenset(), found.acls or frozenset()
    match change:
        case CreateUser(user):
            users |= {user}
        case DeleteUser(user):
            assert user in users
            users -= {user}
        case CreateAcl(acl):
            acls |= {acl}
        case DeleteAcl(acl):
            assert acl in acls
            acls -= {acl}
        case _:
            raise AssertionError(f"nobody makes {change}")
    return replace(found, users=users, acls=acls)


def _subjects_changed(found: FoundState, change: Change) -> FoundState:
    subjects: dict[str, FoundSubject] = dict(found.subjects or {})
    match change:
        case RegisterSchema(name, _, text):
            before = subjects.get(name, FoundSubject(name, None, ()))
            subjects[name] = replace(before, schemas=(*before.schemas, text))
        case SetLevel(name, _, level):
            subjects[name] = replace(subjects[name], level=level)
        case _:
            raise AssertionError(f"nobody makes {change}")
    return replace(found, subjects=subjects)


def _configured(topic: FoundTopic, key: str, value: str | None) -> FoundTopic:
    config: dict[str, Any] = {**topic.config, key: value}
    return replace(topic, config={name: each for name, each in config.items() if each is not None})
