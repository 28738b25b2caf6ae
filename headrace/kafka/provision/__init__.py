"""Bringing a cluster and a registry in step with the catalog.

`Provisioner.look` reads both sides and gives a `Look`: the plan and notes on what could not be
looked at. `Provisioner.apply` makes the permitted changes one after another, notes in the journal
topic what is headrace's now, and looks again. The comparison itself is headrace.catalog.planning's.
"""

from headrace.catalog.planning.principals import password_variable
from headrace.kafka.provision.passwords import Passwords, default_password_file
from headrace.kafka.provision.provisioner import Look, Note, Provisioner, StoppedError

__all__ = [
    "Look",
    "Note",
    "Passwords",
    "Provisioner",
    "StoppedError",
    "default_password_file",
    "password_variable",
]
