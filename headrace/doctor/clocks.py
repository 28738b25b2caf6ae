"""Whether this machine and the servers agree on the time."""

from datetime import datetime, timedelta

from headrace.doctor.finding import Finding

NOTICED = timedelta(seconds=2)
"""A registry tells its time in whole seconds."""

WRONG = timedelta(minutes=5)
REMEDY = "run a time service (chrony, systemd-timesyncd) on both machines"


def compared(server: str, theirs: datetime, before: datetime, after: datetime) -> Finding:
    """`theirs` was told between `before` and `after` of this machine's clock."""
    if before <= theirs <= after:
        difference = timedelta()
    else:
        difference = min((theirs - before, theirs - after), key=abs)
    size = abs(difference)
    direction = "ahead of" if difference > timedelta() else "behind"
    detail = f"{size.total_seconds():.1f} s {direction} this machine's" if size else "the same time"
    if size > WRONG:
        return Finding("clock", "problem", server, detail, REMEDY)
    if size > NOTICED:
        return Finding("clock", "warning", server, detail, REMEDY)
    return Finding("clock", "ok", server, detail)
