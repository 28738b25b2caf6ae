"""Groups of commands that several modules fill, such as `topics`."""

import typer


def group(app: typer.Typer, name: str, about: str) -> typer.Typer:
    """The group of that name, made if nobody has made it yet."""
    for found in app.registered_groups:
        if found.name == name and found.typer_instance is not None:
            return found.typer_instance
    made = typer.Typer(help=about, no_args_is_help=True)
    app.add_typer(made, name=name)
    return made
