"""Aggregates by their type, from a program's module: `domains.game:AGGREGATES`."""

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from headrace.aggregate import Aggregate
from headrace.errors import ConfigurationError

FORM = "give a module and a name in it, such as domains.game:AGGREGATES"


def kinds(place: str) -> dict[str, Aggregate[Any]]:
    """The aggregates at `module:name`: one, several, or a mapping's values. The working directory
    counts as a place of modules. Raises ConfigurationError.
    """
    module, _, name = place.partition(":")
    if not (module and name):
        raise ConfigurationError(f"{place!r} names no aggregates: {FORM}")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(f"no aggregates at {place}: {error}; {FORM}") from error
    return {each.name: each for each in _several(found, place)}


def _several(found: Any, place: str) -> list[Aggregate[Any]]:
    if isinstance(found, Aggregate):
        return [found]
    values = found.values() if isinstance(found, Mapping) else found
    several = list(values) if isinstance(values, Iterable) else []
    if not several or not all(isinstance(each, Aggregate) for each in several):
        raise ConfigurationError(f"what is at {place} are no aggregates: {FORM}")
    return several
