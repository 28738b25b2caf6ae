"""`headrace plan` on a cluster that has neither users nor ACLs."""

import json

import pytest
from typer.testing import CliRunner, Result

from headrace.catalog import Catalog
from headrace.cli import build_app
from tests.conftest import Servers

pytestmark = pytest.mark.integration


def run(stack: Servers, *words: str) -> Result:
    return CliRunner().invoke(build_app(), ["--json", *words], env=stack.env)


def test_what_a_cluster_lacks_is_noted_and_the_rest_is_planned(
    stack: Servers, topics: Catalog
) -> None:
    planned = run(stack, "plan")
    assert "acls left out: the cluster has no authorizer" in planned.stderr
    assert "users left out: this connection does not log in with SCRAM" in planned.stderr
    assert planned.exit_code == 2
    changes = [json.loads(line) for line in planned.stdout.splitlines()]
    assert {each["section"] for each in changes} <= {"topics", "schemas"}
    made = {each["name"] for each in changes if each["kind"] == "create_topic"}
    assert not made & set(topics.topics)
    assert "dreamscape-ai-service-group.dlq" in made


def test_a_section_that_is_named_must_be_there(stack: Servers) -> None:
    refused = run(stack, "plan", "--only", "topics,acls")
    assert refused.exit_code == 1
    assert "acls: the cluster has no authorizer" in str(refused.exception)


def test_users_can_be_planned_without_an_authorizer(stack: Servers) -> None:
    planned = run(stack, "plan", "--only", "users")
    assert planned.exit_code == 2
    assert '"name":"user-service"' in planned.stdout.replace(" ", "")


def test_a_section_that_there_is_not_is_a_wrong_use(stack: Servers) -> None:
    assert run(stack, "plan", "--only", "topic").exit_code == 2
