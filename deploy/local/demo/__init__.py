"""The demo: real flights and weather as typed events, once; and flights at a steady rate.

`run_demo` publishes both datasets, waits until every event is queryable, and reports; a run that
was killed goes on where it stopped and publishes nothing twice. `run_live` publishes until stopped.
"""

from deploy.local.demo.live import run_live
from deploy.local.demo.run import run_demo, sample_query

__all__ = ["run_demo", "run_live", "sample_query"]
