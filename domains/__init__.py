"""Pure aggregates: commands become events, events become state (headrace.aggregate). No I/O."""
