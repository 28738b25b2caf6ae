"""The stage runtime as a state machine: random histories, with a fault at any await or statement.

`loop` is an event loop whose time jumps and whose threads are callbacks; `world` is a log, a ledger
and workers on it, any of which may fail, die or freeze; `test_histories` draws what happens.
"""
