"""One program a peer, run by its environment's Python with this repository on its path.

They share `common`: the task they are given, how a record becomes a row, and COPY by psycopg's
`write_row` for those that bring no sink for PostgreSQL. None imports headrace.
"""
