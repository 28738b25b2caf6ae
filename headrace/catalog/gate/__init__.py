"""What a change to the catalog means for those who run with what was released.

`released_in_git` and `released_in_registry` say what was released, `findings` compares: each
`Finding` names file, subject, field, whether it breaks, who deploys first and what to do instead.
"""

from headrace.catalog.gate.compare import findings
from headrace.catalog.gate.finding import Finding
from headrace.catalog.gate.git import NotRunError, chosen_ref, released_in_git
from headrace.catalog.gate.released import Released, released_in_registry

__all__ = [
    "Finding",
    "NotRunError",
    "Released",
    "chosen_ref",
    "findings",
    "released_in_git",
    "released_in_registry",
]
