"""Three brokers that speak to each other and to their controllers over TLS and with a login."""

import pytest

from deploy.local.direct import DirectStack
from headrace.catalog import load_catalog
from headrace.kafka import describe_cluster
from headrace.kafka.provision import Provisioner

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]


def test_a_broker_that_is_down_changes_no_plan() -> None:
    with DirectStack(("kafka",), brokers=3, secure=True) as servers:
        settings = servers.description.settings()
        planned = Provisioner(settings, load_catalog(), ("topics", "users", "acls"))
        before = planned.look()
        assert before.plan.changes == ()
        topics = before.found.topics or {}
        assert {topic.replication for topic in topics.values()} == {3}
        servers.kill("kafka-2")
        try:
            assert planned.look().plan.changes == ()
            assert len(describe_cluster(settings.kafka).topics) >= len(topics)
        finally:
            servers.start("kafka-2")
        assert planned.look().plan.changes == ()
