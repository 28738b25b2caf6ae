"""Other ways to get the same events into the same table, each as its own documentation shows it.

A peer is a program in `programs/`, run by the Python of an environment of its own, or Kafka
Connect with a plugin. `roster` lists them with what is not equal; `consuming` runs one and measures
it like the archive; `compare` is the benchmark.
"""
