"""`headrace topics create`: the catalog's topics, made in Kafka."""

from typing import Annotated

import typer

from headrace.cli.groups import group
from headrace.cli.output import emit


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    topics = group(app, "topics", "The topics of the catalog, and those in Kafka.")
    topics.command("create")(create)


def create(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(help="Topics; all of the catalog when left out.")
    ] = None,
) -> None:
    """Create the catalog's topics in Kafka with their declared settings; those there stay.

    Example: headrace topics create dreamscape.user.created
    """
    from headrace.catalog import load_catalog
    from headrace.kafka import create_topics
    from headrace.settings import load_settings

    made = create_topics(load_catalog(), load_settings().kafka, names or None)
    emit([{"topic": topic, "state": state} for topic, state in made], ("topic", "state"), context)
