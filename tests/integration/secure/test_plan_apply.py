"""`headrace plan` and `headrace apply` on a real cluster and registry, with users and ACLs."""

from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from headrace.catalog import load_catalog
from headrace.catalog.planning import wanted_state
from headrace.catalog.planning.principals import ADMIN
from headrace.kafka.provision.acls import binding
from headrace.kafka.provision.cluster import ClusterReader
from tests.integration.secure.catalog_copy import CatalogCopy, lines
from tests.integration.secure.conftest import SecureStack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

TOPIC = "dreamscape.user.updated"


def wait(futures: dict[Any, Any]) -> None:
    for future in futures.values():
        future.result()


def test_a_cluster_in_step_has_no_plan_and_is_left_alone(catalog: CatalogCopy) -> None:
    assert catalog.run("plan").exit_code == 0
    again = catalog.apply()
    assert (again.exit_code, again.stdout) == (0, "")


@pytest.mark.covers("X-2")
def test_what_was_changed_by_hand_is_shown_and_set_right(catalog: CatalogCopy, admin: Any) -> None:
    by_hand = {"segment.ms": "60000", "retention.ms": "86400000", "max.message.bytes": "2000000"}
    entries = [
        ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
        for key, value in by_hand.items()
    ]
    resource = ConfigResource(ResourceType.TOPIC, TOPIC, incremental_configs=entries)
    wait(admin.incremental_alter_configs([resource]))
    found = {each["detail"]: each["flag"] for each in catalog.plan()}
    assert found == {
        "segment.ms 60000 -> (default)": None,
        "retention.ms 86400000 -> 604800000": None,
        "max.message.bytes 2000000 -> (default)": f"--allow-shrink {TOPIC}",
    }
    left = catalog.apply()
    assert left.exit_code == 2
    assert [each["outcome"] for each in lines(left)] == ["made", "made", "left"]
    assert catalog.apply("--allow-shrink", TOPIC).exit_code == 0
    assert catalog.run("plan").exit_code == 0


def test_partitions_grow_with_a_warning_and_never_shrink(catalog: CatalogCopy, admin: Any) -> None:
    grown = f"{uuid4().hex[:4]}"
    (name,) = catalog.add_topics(1, f"s{grown}-service")
    assert catalog.apply().exit_code == 0
    catalog.edit("user", lambda d: d["topics"][name]["partitions"].update(local=3))
    (change,) = catalog.plan()
    assert (change["kind"], change["detail"]) == ("grow_topic", "partitions 1 -> 3")
    assert "most keys move to another partition" in change["warning"]
    assert catalog.apply().exit_code == 0
    wait(admin.create_partitions([NewPartitions(name, 5)]))
    (change,) = catalog.plan()
    assert (change["kind"], change["danger"]) == ("different_partitions", "manual")
    left = catalog.apply("--allow-shrink", name, "--allow-delete", name)
    assert left.exit_code == 2
    assert [each["outcome"] for each in lines(left)] == ["left"]


def test_what_leaves_the_catalog_goes_by_name_only_and_strangers_stay(
    catalog: CatalogCopy, admin: Any
) -> None:
    service = f"r{uuid4().hex[:6]}-service"
    (name,) = catalog.add_topics(1, service)
    assert catalog.apply().exit_code == 0
    stranger = f"legacy.{uuid4().hex[:6]}"
    wait(admin.create_topics([NewTopic(stranger, 1, 1)]))
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    wait(admin.alter_user_scram_credentials([UserScramCredentialUpsertion(stranger, info, b"pw")]))
    wait(admin.create_acls([rule(stranger, TOPIC), rule("user-service", stranger)]))
    catalog.edit("user", lambda document: document["topics"].pop(name))
    for file in (catalog.root / "schemas/avro/user" / name).iterdir():
        file.unlink()
    (catalog.root / "schemas/avro/user" / name).rmdir()

    left = catalog.apply()
    assert left.exit_code == 2
    assert {each["outcome"] for each in lines(left)} == {"left"}
    # every other service could read or write it too: api, archive
    flags = {each["flag"] for each in lines(left)}
    assert {f"--allow-delete {name}", f"--allow-delete {service}"} <= flags

    words = [word for flag in flags for word in flag.split()]
    assert catalog.apply(*words).exit_code == 0
    assert catalog.run("plan").exit_code == 0
    assert not there(admin, name)
    assert there(admin, stranger)


def there(admin: Any, name: str) -> bool:
    return name in admin.list_topics(timeout=10).topics


def rule(principal: str, name: str) -> Any:
    return AclBinding(
        ResourceType.TOPIC,
        name,
        ResourcePatternType.LITERAL,
        f"User:{principal}",
        "*",
        AclOperation.READ,
        AclPermissionType.ALLOW,
    )


def test_a_right_given_by_hand_is_shown_and_taken_by_name(catalog: CatalogCopy, admin: Any) -> None:
    wait(admin.create_acls([rule("user-service", "dreamscape.payment.completed")]))
    (change,) = catalog.plan("--only", "acls")
    assert (change["kind"], change["detail"]) == (
        "delete_acl",
        "read topic dreamscape.payment.completed",
    )
    assert catalog.apply().exit_code == 2
    assert catalog.apply("--allow-delete", "user-service").exit_code == 0
    assert catalog.plan() == []


def test_a_new_service_gets_a_user_whose_password_is_kept_privately(
    catalog: CatalogCopy, secure: SecureStack
) -> None:
    one, two = (f"n{uuid4().hex[:6]}-service" for _ in range(2))
    catalog.add_topics(1, one)
    catalog.add_topics(1, two)
    variable = "KAFKA_PASSWORD_" + two.upper().replace("-", "_")
    catalog.env = {**catalog.env, variable: "given-by-hand"}
    done = catalog.apply()
    assert done.exit_code == 0
    file = catalog.root / "passwords.env"
    assert str(file) in done.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    made = dict(line.split("=", 1) for line in file.read_text().splitlines()[1:])
    assert set(made) == {"KAFKA_PASSWORD_" + one.upper().replace("-", "_")}
    assert not [password for password in made.values() if password in done.output]
    assert "given-by-hand" not in done.output
    ClusterReader(secure.kafka(one, next(iter(made.values()))))
    ClusterReader(secure.kafka(two, "given-by-hand"))


def test_schemas_are_registered_in_order_and_a_breaking_one_needs_its_name(
    catalog: CatalogCopy,
) -> None:
    (name,) = catalog.add_topics(1, "user-service")
    assert catalog.apply().exit_code == 0
    older = CatalogCopy(catalog.root / "older", catalog.env, catalog.root)
    subject = f"headrace.user.v1.{name.partition('.')[0].capitalize()}Happened"
    catalog.add_version(name, "1.1", name="shoeSize", type="int", default=40, doc="S.")
    (change,) = catalog.plan()
    assert (change["kind"], change["danger"]) == ("register_schema", "safe")
    assert catalog.apply().exit_code == 0
    catalog.add_version(name, "1.2", name="hatSize", type="int", doc="No default.")
    (change,) = catalog.plan()
    assert change["flag"] == f"--allow-incompatible {subject}"
    assert "payload.hatSize: is new and has no default" in change["detail"]
    assert catalog.apply().exit_code == 2
    assert catalog.apply("--allow-incompatible", subject).exit_code == 0
    assert catalog.plan() == []  # the level is what it was
    assert [each["kind"] for each in older.plan("--only", "schemas")] == ["unknown_schema"] * 2


def test_without_a_terminal_apply_wants_yes(catalog: CatalogCopy) -> None:
    refused = catalog.run("apply")
    assert refused.exit_code == 1
    assert "--yes" in str(refused.exception)


def test_a_registry_that_is_away_is_told_and_the_rest_goes_on(
    catalog: CatalogCopy, secure: SecureStack, admin: Any
) -> None:
    wait(admin.create_acls([rule("user-service", "dreamscape.payment.failed")]))
    away = CatalogCopy(
        catalog.root / "away", {**catalog.env, "SCHEMA_REGISTRY_URL": "http://127.0.0.1:1"}
    )
    planned = away.run("plan")
    assert planned.exit_code == 1
    assert "schemas left out" in planned.stderr
    assert [each["kind"] for each in lines(planned)] == ["delete_acl"]
    applied = away.apply("--allow-delete", "user-service")
    assert applied.exit_code == 1
    assert [each["outcome"] for each in lines(applied)] == ["made"]
    assert away.run("plan", "--only", "topics,users,acls").exit_code == 0


def test_one_who_is_no_administrator_is_told_so(catalog: CatalogCopy, secure: SecureStack) -> None:
    kafka = secure.kafka("user-service")
    catalog.env = {
        **catalog.env,
        "KAFKA_SASL_USERNAME": kafka.sasl_username,
        "KAFKA_SASL_PASSWORD": kafka.sasl_password.get_secret_value(),
    }
    refused = catalog.run("plan")
    assert refused.exit_code == 1
    assert "may not be used by Kafka user user-service" in str(refused.exception)


def test_the_administrator_s_own_acls_are_enough_to_plan_and_apply(
    catalog: CatalogCopy, admin: Any, secure: SecureStack
) -> None:
    ops, password = f"ops{uuid4().hex[:6]}", "as-good-as-any"
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    user = UserScramCredentialUpsertion(ops, info, password.encode())
    wait(admin.alter_user_scram_credentials([user]))
    rules = wanted_state(load_catalog(), brokers=1).acls
    wait(
        admin.create_acls(
            [binding(acl._replace(principal=ops)) for acl in rules if acl.principal == ADMIN]
        )
    )
    login = {"KAFKA_SASL_USERNAME": ops, "KAFKA_SASL_PASSWORD": password}
    catalog.env = {**catalog.env, **login}
    (name,) = catalog.add_topics(1, f"o{uuid4().hex[:6]}-service")
    assert catalog.apply().exit_code == 0
    assert catalog.run("plan").exit_code == 0
    catalog.edit("user", lambda d: d["topics"][name]["partitions"].update(local=2))
    assert catalog.apply().exit_code == 0
    assert there(admin, name)
