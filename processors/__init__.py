"""The stages: one folder each. Run them with `headrace worker STAGE…`."""
