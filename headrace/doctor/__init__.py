"""`headrace doctor`: looks at everything that an installation needs, and says what to do.

`examine` runs the checks; each gives `Finding`s, never an error. Kafka's checks stand in `cluster`
and `groups`, those of what stands beside it in `beside`, the comparison of clocks in `clocks`.
docs/troubleshooting.md has a section for each.
"""

from headrace.doctor.examining import examine
from headrace.doctor.finding import Finding, State

__all__ = ["Finding", "State", "examine"]
