"""Measurements, each a ratio against a peer or a limit in the same run.

`python -m benchmarks --list` names them, `python -m benchmarks NAME` runs one. A benchmark is a
module with `run(options) -> Result`; `suite` lists them. Nothing else should run on the machine
meanwhile. docs/benchmarks.md holds figures with the command beside them.
"""
