"""A game on the event store: many players at once, on aggregates that they share (README.md)."""
