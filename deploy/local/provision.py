"""Users, ACLs and topics of a secure stack, as the catalog wants them."""

from collections.abc import Mapping
from pathlib import Path

from headrace.catalog import load_catalog
from headrace.catalog.planning import Permit
from headrace.kafka.provision import Passwords, Provisioner, password_variable
from headrace.settings import Settings


def provision(settings: Settings, given: Mapping[str, str], file: Path) -> None:
    """Make what is missing. `given` are passwords by principal, `file` keeps those made here."""
    passwords = Passwords(file, {password_variable(name): each for name, each in given.items()})
    provisioner = Provisioner(settings, load_catalog(), ("topics", "users", "acls"))
    provisioner.apply(provisioner.look(), Permit(), passwords, lambda _: None)
