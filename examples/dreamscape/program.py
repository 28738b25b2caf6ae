"""What a service's module does when it is run: the service, or one of its own commands."""

import sys
from collections.abc import Callable, Iterable

from headrace import Service
from headrace.logs import configure

Command = Callable[[str], Iterable[str]]


def program(service: Service, **commands: Command) -> None:
    """Without arguments the service, until ^C; with a command's name and its one argument that
    command, whose lines are printed.
    """
    match sys.argv[1:]:
        case []:
            service.run()
        case [name, argument] if name in commands:
            configure("warn", service.name)
            sys.stdout.writelines(f"{line}\n" for line in commands[name](argument))
        case _:
            known = " | ".join(f"{name} ARGUMENT" for name in commands)
            raise SystemExit(f"usage: python -m {__package__}.… [{known}]")
