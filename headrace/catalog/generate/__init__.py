"""Typed event classes from a catalog: one module a domain, one class an event type and major.

`files_of(catalog)` gives the modules' texts, `write` and `differences` put them into a folder or
compare it. `names` chooses what things are called, `shapes` what a field is annotated with and how
it is read and written, `modules` lays the text out, formatted as ruff would.
"""

from headrace.catalog.generate.folder import GenerateError, differences, write
from headrace.catalog.generate.package import files_of

__all__ = ["GenerateError", "differences", "files_of", "write"]
