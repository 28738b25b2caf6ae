"""Whether the event store's database takes what the catalog appends to it."""

from headrace.catalog import Catalog
from headrace.doctor.finding import Finding
from headrace.errors import ConfigurationError, HeadraceError
from headrace.settings import Settings
from headrace.store import undeclared_types

SHOWN = 5


def types(settings: Settings, catalog: Catalog) -> Finding:
    """One finding: whether each of the catalog's types of authority `store` is declared."""
    variable = "STORE_DATABASE_URL" if settings.store_database_url else "DATABASE_URL"
    try:
        missing = undeclared_types(settings.event_store_url.get_secret_value(), catalog)
    except ConfigurationError:
        why = "the event store is not there, or this role may not read it"
        remedy = "headrace migrate; or give a role that is a member of headrace_store_reader"
        return Finding("event-store", "warning", variable, why, remedy)
    except HeadraceError as error:
        remedy = f"is PostgreSQL up, and is {variable} its address, with user and password?"
        return Finding("event-store", "problem", variable, str(error), remedy)
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        why = f"takes no {', '.join(missing[:SHOWN])}{more}, which the catalog has"
        return Finding("event-store", "problem", variable, why, "headrace migrate, as its owner")
    return Finding("event-store", "ok", variable, "takes every type of the catalog that is its own")
