"""What is generated from the catalog is in step with it, and what its readers take."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field

from headrace.catalog import load_catalog
from headrace.catalog.export import FORMATS
from headrace.catalog.export.strimzi import kafka_topics
from headrace.catalog.planning import Acl, wanted_state

CATALOG = load_catalog()
ROOT = Path(__file__).parents[2]
PARSER = ROOT / "tests" / "asyncapi"
COMMITTED = {
    "asyncapi": "docs/asyncapi.yaml",
    "reference": "docs/topics.md",
    "kafka-topics": "deploy/k8s/kafka/topics.yaml",
    "kafka-users": "deploy/k8s/kafka/users.yaml",
}


@pytest.mark.parametrize("form", FORMATS)
def test_the_committed_file_is_what_the_catalog_gives(form: str) -> None:
    text = (ROOT / COMMITTED[form]).read_text("utf-8")
    assert text == FORMATS[form](CATALOG), (
        f"run: headrace topics export {form} --out {COMMITTED[form]}"
    )


def needs(what: str) -> None:
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"not run: needs {what}")


@pytest.fixture(scope="module")
def node() -> str:
    """Node, with the reference parser installed as its lock says."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        needs("node and npm")
    assert found is not None
    assert npm is not None
    if not (PARSER / "node_modules" / "@asyncapi" / "parser").is_dir():
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts"], cwd=PARSER, capture_output=True, check=False
        )
        if done.returncode:
            needs("the packages of tests/asyncapi/package-lock.json")
    return found


def parsed(node: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [node, "check.mjs", str(path)], cwd=PARSER, capture_output=True, text=True, check=False
    )


def test_the_asyncapi_parser_reads_the_document(node: str) -> None:
    done = parsed(node, ROOT / COMMITTED["asyncapi"])
    assert done.returncode == 0, done.stdout + done.stderr
    versions = sum(len(each.versions) for each in CATALOG.event_types.values())
    assert done.stdout.splitlines()[-2:] == [
        f"{len(CATALOG.topics)} channels",
        f"{versions} messages",
    ]


def test_the_asyncapi_parser_would_find_a_mistake(node: str, tmp_path: Path) -> None:
    document = yaml.safe_load((ROOT / COMMITTED["asyncapi"]).read_text("utf-8"))
    next(iter(document["operations"].values()))["action"] = "shout"
    spoilt = tmp_path / "spoilt.yaml"
    spoilt.write_text(yaml.safe_dump(document))
    assert parsed(node, spoilt).returncode == 1


Operation = Literal[
    "Alter", "AlterConfigs", "ClusterAction", "Create", "Delete", "Describe", "DescribeConfigs",
    "IdempotentWrite", "Read", "Write",
]  # fmt: skip


class Strict(BaseModel):
    """Strimzi's operators refuse, or silently drop, a field that they do not know."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Metadata(Strict):
    name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")]
    labels: dict[Literal["strimzi.io/cluster"], str]


class TopicFields(Strict):
    partitions: Annotated[int, Field(ge=1)]
    replicas: Annotated[int, Field(ge=1, le=32767)]
    config: dict[str, str]
    topicName: str | None = None  # noqa: N815 - its own name


class KafkaTopic(Strict):
    apiVersion: Literal["kafka.strimzi.io/v1"]  # noqa: N815
    kind: Literal["KafkaTopic"]
    metadata: Metadata
    spec: TopicFields


class Resource(Strict):
    type: Literal["topic", "group", "cluster", "transactionalId"]
    name: str | None = None
    patternType: Literal["literal", "prefix"] | None = None  # noqa: N815


class Rule(Strict):
    type: Literal["allow", "deny"]
    resource: Resource
    operations: list[Operation]
    host: str


class Authorization(Strict):
    type: Literal["simple"]
    acls: list[Rule]


class UserFields(Strict):
    authentication: dict[Literal["type"], Literal["scram-sha-512"]]
    authorization: Authorization | None = None


class KafkaUser(Strict):
    apiVersion: Literal["kafka.strimzi.io/v1"]  # noqa: N815
    kind: Literal["KafkaUser"]
    metadata: Metadata
    spec: UserFields


def documents(form: str) -> list[Any]:
    return list(yaml.safe_load_all((ROOT / COMMITTED[form]).read_text("utf-8")))


def test_kafka_topics_are_the_catalogs_with_productions_numbers() -> None:
    found = {
        each.spec.topicName or each.metadata.name: each.spec
        for each in map(KafkaTopic.model_validate, documents("kafka-topics"))
    }
    wanted = wanted_state(CATALOG, brokers=3).topics
    assert {
        name: (each.partitions, each.replicas, each.config) for name, each in found.items()
    } == {
        name: (each.partitions, each.replication, dict(each.config))
        for name, each in wanted.items()
    }
    for topic in CATALOG.topics.values():
        assert found[topic.name].partitions == topic.production_partitions


def test_kafka_users_have_the_rules_that_a_plan_would_give_them() -> None:
    users = [KafkaUser.model_validate(each) for each in documents("kafka-users")]
    wanted = wanted_state(CATALOG, brokers=3)
    assert {each.metadata.name for each in users} == wanted.users
    rules = {
        (each.metadata.name, rule.resource.type, rule.resource.name or "kafka-cluster", operation)
        for each in users
        for rule in (each.spec.authorization.acls if each.spec.authorization else ())
        for operation in rule.operations
    }
    assert rules == {_as_strimzi(acl) for acl in wanted.acls}
    assert not any(
        rule.resource.patternType == "prefix"
        for each in users
        for rule in (each.spec.authorization.acls if each.spec.authorization else ())
    )


def _as_strimzi(acl: Acl) -> tuple[str, str, str, str]:
    operation = acl.operation.replace("_", " ").title().replace(" ", "")
    kind = {"transactional_id": "transactionalId"}.get(acl.resource_type, acl.resource_type)
    return acl.principal, kind, acl.resource, operation


def test_a_topic_whose_name_no_resource_may_have_keeps_it_beside() -> None:
    from dataclasses import replace

    topic = replace(CATALOG.topic("gs.events"), name="GS_Events.")
    odd = replace(CATALOG, topics={topic.name: topic}, event_types={})
    (found,) = (
        each for each in yaml.safe_load_all(kafka_topics(odd)) if "topicName" in each["spec"]
    )
    assert found["metadata"]["name"] == "gs-events"
    assert found["spec"]["topicName"] == "GS_Events."


def test_the_reference_page_has_every_topic_type_and_field() -> None:
    page = (ROOT / COMMITTED["reference"]).read_text("utf-8")
    for topic in CATALOG.topics.values():
        assert f"### {topic.name}\n" in page
    for event_type in CATALOG.event_types.values():
        assert f"#### {event_type.name} {event_type.latest.version}\n" in page
        for field in event_type.latest.payload["fields"]:
            assert f"`{field['name']}`" in page
