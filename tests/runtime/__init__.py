"""What the tests of the stage runtime share: plain stages, and the suite every log must pass."""
