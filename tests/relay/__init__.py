"""What the tests of the relay share: its servers' corners, programs to kill, what arrived."""
