"""What can go wrong with projections."""

from headrace.errors import ConfigurationError, TransientError


class ProjectionStoppedError(ConfigurationError):
    """A projection cannot go on: its handler failed at an event, or newer code has replaced it.
    Nothing was skipped. The message names the event and says what to do.
    """


class ProjectionBehindError(TransientError):
    """A projection did not reach a position in time. Ask again, or read what is there."""
