"""What a shell needs to use the stack: `.local/env`, and wrappers of the servers' own tools."""

import shlex
import shutil
from pathlib import Path

from deploy.local.files import PRIVATE, write_atomically
from deploy.local.kafka import tool_classpath
from deploy.local.layout import REPOSITORY
from deploy.local.stack import Stack

_LOG4J = Path(__file__).parent / "kafka" / "tools-log4j2.properties"
_KAFKA_TOOLS = {
    "kafka-topics": "org.apache.kafka.tools.TopicCommand",
    "kafka-acls": "org.apache.kafka.tools.AclCommand",
    "kafka-configs": "kafka.admin.ConfigCommand",
    "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
    "kafka-get-offsets": "org.apache.kafka.tools.GetOffsetShell",
}
_KAFKA_WRAPPER = """\
#!/bin/sh
# {name} of Kafka, on the local broker unless --bootstrap-server says otherwise
case " $* " in
  *" --bootstrap-server"*) ;;
  *) set -- --bootstrap-server {brokers} "$@" ;;
esac
{login}exec java -Xmx256m -Dlog4j2.configurationFile={log4j} -cp {classpath} {main} "$@"
"""
_LOGIN = """\
case " $* " in
  *" --command-config"*) ;;
  *) set -- --command-config {properties} "$@" ;;
esac
"""
_PSQL_WRAPPER = """\
#!/bin/sh
# psql, on the local database unless the caller names another
export PGHOST="${{PGHOST:-127.0.0.1}}" PGPORT="${{PGPORT:-{port}}}"
export PGUSER="${{PGUSER:-headrace}}" PGDATABASE="${{PGDATABASE:-headrace}}"
export PGPASSFILE="${{PGPASSFILE:-{passfile}}}"
exec {psql} "$@"
"""


def write_environment(stack: Stack) -> None:
    """Write `.local/env` (for `source`, mode 0600) and the wrappers in `.local/bin`."""
    layout = stack.layout
    lines = [f"export {name}={shlex.quote(value)}" for name, value in stack.env.items()]
    folders = shlex.quote(f"{REPOSITORY / '.venv' / 'bin'}:{layout.bin}")
    lines.append(f'export PATH={folders}:"$PATH"')
    write_atomically(layout.env, "\n".join(lines) + "\n", PRIVATE)
    _write_tools(stack)


def remove_environment(stack: Stack) -> None:
    """Remove what `write_environment` wrote."""
    stack.layout.env.unlink(missing_ok=True)
    shutil.rmtree(stack.layout.bin, ignore_errors=True)


def _write_tools(stack: Stack) -> None:
    layout = stack.layout
    login = ""
    if stack.security:
        write_atomically(layout.kafka_tools, stack.security.tool_properties(), PRIVATE)
        login = _LOGIN.format(properties=shlex.quote(str(layout.kafka_tools)))
    for name, main in _KAFKA_TOOLS.items():
        text = _KAFKA_WRAPPER.format(
            name=name,
            brokers=stack.kafka_brokers,
            login=login,
            log4j=shlex.quote(str(_LOG4J)),
            classpath=shlex.quote(tool_classpath(layout)),
            main=main,
        )
        write_atomically(layout.bin / name, text, 0o755)
    passfile = layout.bin / ".pgpass"
    password = stack.credentials.owner
    write_atomically(passfile, f"127.0.0.1:{stack.ports.postgres}:*:headrace:{password}\n", PRIVATE)
    psql = _PSQL_WRAPPER.format(
        port=stack.ports.postgres,
        passfile=passfile,
        psql=shlex.quote(str(layout.postgres_bin / "psql")),
    )
    write_atomically(layout.bin / "psql", psql, 0o755)
