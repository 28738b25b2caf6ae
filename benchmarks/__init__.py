"""Measurements, each a ratio against a peer or a limit in the same run.

`python -m benchmarks` runs all, `python -m benchmarks archive` one. Nothing else should run on the
machine meanwhile. docs/benchmarks.md holds figures with the command beside them.
"""
