"""The schema registry: Confluent's API, with its state in PostgreSQL."""

from deploy.local.layout import Layout
from deploy.local.ports import Ports
from deploy.local.program import Program, check_http
from deploy.local.servers import REGISTRY_JAR, registry_folder

COMPATIBLE_PATH = "/apis/ccompat/v7"
DATABASE = "apicurio"


def registry_program(layout: Layout, ports: Ports, heap: str, password: str) -> Program:
    """The registry with a heap of `heap`; `password` is that of its PostgreSQL role."""
    jar = registry_folder(layout) / REGISTRY_JAR
    return Program(
        name="registry",
        command=(
            *("java", f"-Xmx{heap}", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            "-XX:+ExitOnOutOfMemoryError",
            # else it goes on with the dead connections of a database that was restarted
            "-Dquarkus.datasource.postgresql.jdbc.validate-on-borrow=true",
            *("-jar", str(jar)),
        ),
        directory=layout.root,
        environment={
            "QUARKUS_HTTP_HOST": "127.0.0.1",
            "QUARKUS_HTTP_PORT": str(ports.registry),
            "APICURIO_STORAGE_KIND": "sql",
            "APICURIO_STORAGE_SQL_KIND": "postgresql",
            "APICURIO_DATASOURCE_URL": f"jdbc:postgresql://127.0.0.1:{ports.postgres}/{DATABASE}"
            "?connectTimeout=3&socketTimeout=10",
            "APICURIO_DATASOURCE_JDBC_INITIAL_SIZE": "1",
            "APICURIO_DATASOURCE_JDBC_MIN_SIZE": "1",
            "APICURIO_DATASOURCE_JDBC_MAX_SIZE": "10",
            "APICURIO_DATASOURCE_USERNAME": DATABASE,
            "APICURIO_DATASOURCE_PASSWORD": password,
        },
        address=f"http://127.0.0.1:{ports.registry}",
        needs=("postgres",),
        check=lambda: check_http(f"http://127.0.0.1:{ports.registry}{COMPATIBLE_PATH}/subjects"),
    )
