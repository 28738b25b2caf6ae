"""What the tests of the event store share."""
