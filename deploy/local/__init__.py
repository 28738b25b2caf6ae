"""The laptop's stack: real servers without Docker, and the one command that brings them up.

`stack.Stack` describes a set (folder, ports, memory, programs, addresses) and starts nothing.
`operations.LocalStack` runs it under supervisord for people (`cli`: headrace up, down, status,
logs, demo); `direct.DirectStack` runs it as plain children for tests. `kafka`, `registry`,
`postgres` and `apps` each say how their process is prepared, run and known to be ready; `servers`
fetches the programs; `demo` publishes real data. Nothing is imported here: `headrace --help` stays
quick, and `bootstrap.py` and `install.sh` run before there is anything to import.
"""
