"""What a secure stack's programs are told, and who can read it."""

import shlex
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from deploy.local.environment import write_environment
from deploy.local.layout import Layout
from deploy.local.operations import LocalStack
from deploy.local.ports import DEFAULTS
from deploy.local.stack import Stack
from deploy.local.tls import broker_file, ca_file, make_certificates
from headrace.errors import ConfigurationError


@pytest.fixture
def described(tmp_path: Path) -> Stack:
    layout = Layout(root=tmp_path / "it's 100% local", servers=tmp_path / "servers")
    return Stack(layout, DEFAULTS, secure=True)


def passwords(stack: Stack) -> set[str]:
    known = stack.credentials
    return {
        known.kafka_broker,
        known.kafka_admin,
        known.kafka_archive,
        known.kafka_api,
        known.kafka_relay,
        known.kafka_exporter,
    }


def test_the_brokers_certificate_is_for_this_machine_and_its_key_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    assert make_certificates(folder)
    assert not make_certificates(folder)
    text = broker_file(folder).read_bytes()
    assert stat.S_IMODE(broker_file(folder).stat().st_mode) == 0o600
    assert b"BEGIN PRIVATE KEY" in text
    load_pem_private_key(text, None)
    (certificate,) = x509.load_pem_x509_certificates(text[text.index(b"-----BEGIN CERT") :])
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    authority = x509.load_pem_x509_certificate(ca_file(folder).read_bytes())
    certificate.verify_directly_issued_by(authority)
    assert b"PRIVATE KEY" not in ca_file(folder).read_bytes()


def test_each_process_logs_in_as_itself(described: Stack) -> None:
    users = {
        name: program.environment.get("KAFKA_SASL_USERNAME")
        for name, program in described.programs.items()
    }
    assert (users["api"], users["archive"]) == ("headrace-api", "headrace-archive")
    assert users["exporter"] == "headrace-exporter"
    assert described.env["KAFKA_SASL_USERNAME"] == "headrace-admin"
    assert described.env["KAFKA_SSL"] == "true"
    assert users["relay"] == "headrace-relay"
    assert len(passwords(described)) == 6


def test_no_command_line_carries_a_password(described: Stack) -> None:
    commands = " ".join(shlex.join(program.command) for program in described.programs.values())
    assert not any(password in commands for password in passwords(described))


def test_a_plain_stack_logs_nobody_in(tmp_path: Path) -> None:
    plain = Stack(Layout(root=tmp_path, servers=tmp_path), DEFAULTS)
    assert not [name for name in plain.env if "SASL" in name or "SSL" in name]
    assert plain.kafka_settings().sasl_username == ""


def test_kafka_s_tools_log_in_from_a_private_file(described: Stack) -> None:
    write_environment(described)
    tools = described.layout.kafka_tools
    assert stat.S_IMODE(tools.stat().st_mode) == 0o600
    assert described.credentials.kafka_admin in tools.read_text()
    wrapper = described.layout.bin / "kafka-topics"
    assert shlex.quote(str(tools)) in wrapper.read_text()
    subprocess.run(("/bin/sh", "-n", str(wrapper)), check=True)


def test_a_plain_stack_s_data_is_not_made_secure(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path, servers=tmp_path / "servers")
    layout.kafka_data.mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="--wipe"):
        LocalStack(layout).up(lambda _: None, secure=True)
