"""The schema registry of the local stack: Apicurio over a PostgreSQL database of its own."""

from deploy.local.registry.server import COMPATIBLE_PATH, registry_program

__all__ = ["COMPATIBLE_PATH", "registry_program"]
