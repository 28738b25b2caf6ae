import configparser
import shlex
import stat
import subprocess
from pathlib import Path

import pytest

from deploy.local.environment import remove_environment, write_environment
from deploy.local.layout import Layout
from deploy.local.ports import DEFAULTS
from deploy.local.stack import Stack
from deploy.local.supervision import configuration


@pytest.fixture
def described(tmp_path: Path) -> Stack:
    layout = Layout(root=tmp_path / "it's 100% local", servers=tmp_path / "servers")
    return Stack(layout, DEFAULTS)


@pytest.fixture
def sections(described: Stack) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(delimiters="=")
    parser.read_string(configuration(described.layout, described.programs))
    return parser


def test_every_program_comes_after_those_that_it_needs(described: Stack) -> None:
    seen: set[str] = set()
    for name, program in described.programs.items():
        assert seen.issuperset(program.needs)
        seen.add(name)
    apps = {"api", "archive", "exporter", "relay", "projections"}
    assert seen == {"postgres", "kafka", "registry", *apps}


def test_each_process_has_the_database_rights_of_its_kind(described: Stack) -> None:
    urls = {
        name: program.environment.get("DATABASE_URL", "")
        for name, program in described.programs.items()
    }
    assert "//headrace_api:" in urls["api"]
    assert "//headrace_archive:" in urls["archive"]
    assert "//headrace_relay:" in urls["relay"]
    assert "//headrace_projector:" in urls["projections"]
    assert "//headrace:" in described.env["DATABASE_URL"]


def test_no_command_line_carries_a_password(described: Stack) -> None:
    commands = " ".join(shlex.join(program.command) for program in described.programs.values())
    known = described.credentials
    passwords = (known.admin, known.owner, known.archive, known.api, known.registry, known.token)
    assert not any(password in commands for password in passwords)


def test_the_supervisor_gets_each_command_as_it_is(
    described: Stack, sections: configparser.RawConfigParser
) -> None:
    for name, program in described.programs.items():
        written = sections[f"program:{name}"]["command"].replace("%%", "%")
        assert tuple(shlex.split(written)) == program.command


def test_no_program_starts_before_it_is_prepared(sections: configparser.RawConfigParser) -> None:
    programs = [name for name in sections.sections() if name.startswith("program:")]
    assert {sections[name]["autostart"] for name in programs} == {"false"}


def test_a_deep_folder_still_gets_a_short_socket(tmp_path: Path) -> None:
    deep = Layout(root=tmp_path / ("x" * 120), servers=tmp_path)
    assert len(str(deep.supervisor_socket)) < 90


def test_a_shell_can_source_the_environment(described: Stack) -> None:
    write_environment(described)
    assert stat.S_IMODE(described.layout.env.stat().st_mode) == 0o600
    command = '. "$0" && echo "$KAFKA_BROKERS $HEADRACE_TOKEN" && command -v kafka-topics'
    done = subprocess.run(
        ("/bin/sh", "-c", command, str(described.layout.env)),
        capture_output=True,
        text=True,
        check=True,
    )
    values, tool = done.stdout.splitlines()
    assert values == f"127.0.0.1:9092 {described.credentials.token}"
    assert tool == str(described.layout.bin / "kafka-topics")
    remove_environment(described)
    assert not described.layout.env.exists()
    assert not described.layout.bin.exists()
