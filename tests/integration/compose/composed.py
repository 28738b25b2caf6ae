"""The servers of docker-compose.kafka.yml without Docker: its variables, this machine's jars."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from deploy.local.kafka import tool_classpath
from deploy.local.layout import REPOSITORY, Layout
from deploy.local.orphans import owner_mark
from deploy.local.program import Program, check_http, check_port, inherited, wait_ready
from deploy.local.servers import REGISTRY_JAR, registry_folder
from headrace.clock import SystemClock

FILE = REPOSITORY / "docker-compose.kafka.yml"
COMPATIBLE = "/apis/ccompat/v7"
_VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")
_CLUSTER_ID = "5L6g3nShT-eMCtK--X86sw"  # the image's own
_LOG4J = """\
Configuration:
  Appenders: {Console: {name: STDOUT, PatternLayout: {pattern: "%m%n"}}}
  Loggers: {Root: {level: WARN, AppenderRef: [{ref: STDOUT}]}}
"""


def services(variables: Mapping[str, str]) -> dict[str, Any]:
    """The file's services as Compose reads them with these variables."""
    text = _VARIABLE.sub(lambda found: variables.get(found[1], found[2]), FILE.read_text())
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return found


def kafka(layout: Layout, environment: Mapping[str, Any], port: int, folder: Path) -> Program:
    """The broker, its configuration made by the entry point of the image."""
    final = _configured(layout, environment, folder)
    return Program(
        name="composed-kafka",
        command=(
            *("java", "-Xmx256m", f"-Dlog4j2.configurationFile={final / 'log4j2.yaml'}"),
            *("-cp", tool_classpath(layout), "kafka.Kafka", str(final / "server.properties")),
        ),
        directory=folder,
        environment={},
        address=f"localhost:{port}",
        check=lambda: check_port(port),
    )


def registry(layout: Layout, environment: Mapping[str, Any], port: int, folder: Path) -> Program:
    """The registry, on the port that the file publishes instead of the container's."""
    jar = registry_folder(layout) / REGISTRY_JAR
    return Program(
        name="composed-registry",
        command=("java", "-Xmx192m", "-XX:TieredStopAtLevel=1", "-jar", str(jar)),
        directory=folder,
        environment={name: str(value) for name, value in environment.items()}
        | {"QUARKUS_HTTP_HOST": "127.0.0.1", "QUARKUS_HTTP_PORT": str(port)},
        address=f"http://localhost:{port}",
        check=lambda: check_http(f"http://localhost:{port}{COMPATIBLE}/subjects"),
    )


@contextmanager
def running(program: Program, folder: Path) -> Iterator[None]:
    """Until the block ends; it begins when the program answers."""
    log = folder / f"{program.name}.log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            program.command,
            cwd=program.directory,
            env=inherited() | dict(program.environment) | owner_mark(folder),
            stdout=output,
            stderr=output,
        )
    try:
        wait_ready(program, lambda: child.poll() is None, SystemClock())
        yield
    except Exception as error:
        error.add_note(log.read_text()[-3000:])
        raise
    finally:
        child.terminate()
        child.wait(60)


def _configured(layout: Layout, environment: Mapping[str, Any], folder: Path) -> Path:
    default, mounted, final = (folder / name for name in ("default", "mounted", "final"))
    for made in (default, mounted, final):
        made.mkdir()
    (default / "server.properties").touch()
    (default / "log4j2.yaml").write_text(_LOG4J)
    (default / "tools-log4j2.yaml").write_text(_LOG4J)
    done = subprocess.run(
        (
            *("java", "-cp", tool_classpath(layout), "kafka.docker.KafkaDockerWrapper", "setup"),
            *("--default-configs-dir", str(default), "--mounted-configs-dir", str(mounted)),
            *("--final-configs-dir", str(final)),
        ),
        env=inherited()
        | {name: str(value) for name, value in environment.items()}
        | {"CLUSTER_ID": _CLUSTER_ID},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return final
