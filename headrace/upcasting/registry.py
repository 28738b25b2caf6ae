"""Which function takes a payload from one major version to the next."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from headrace.envelope import Event
from headrace.errors import ConfigurationError, PoisonError
from headrace.events import TypedEvent

Step = Callable[[Mapping[str, Any]], dict[str, Any]]
_Event = TypeVar("_Event", bound=TypedEvent)


class UpcastError(PoisonError):
    """An event's major cannot become the asked one: a step is missing, or the event is newer.

    Register the step with `headrace.upcasting.upcaster`, or subscribe to the newer class.
    """

    def __init__(self, message: str) -> None:
        super().__init__("no_upcaster", message)


class Upcasters:
    """Steps by event type and the major that they start from. Register before events arrive."""

    def __init__(self) -> None:
        self._steps: dict[tuple[str, int], Step] = {}

    def upcaster(self, event_type: str, major: int) -> Callable[[Step], Step]:
        """A decorator: the function takes payloads of `major` to the next one.

        It is pure and total: any payload of any minor of `major` gives a payload of the next, and
        the one that it is given stays as it is. Raises ConfigurationError if there is one already.
        """

        def register(step: Step) -> Step:
            if (event_type, major) in self._steps:
                raise ConfigurationError(
                    f"{event_type} has an upcaster from v{major} already; there can be one"
                )
            self._steps[event_type, major] = step
            return step

        return register

    def payload(
        self, event_type: str, payload: Mapping[str, Any], major: int, target: int
    ) -> Mapping[str, Any]:
        """A payload of `major` as one of `target`, step by step. Raises UpcastError."""
        if major > target:
            raise UpcastError(
                f"{event_type} v{major} is newer than v{target}: subscribe to its newer class"
            )
        for at in range(major, target):
            step = self._steps.get((event_type, at))
            if step is None:
                raise UpcastError(f"{event_type} has no upcaster from v{at} to v{at + 1}")
            payload = self._taken(step, event_type, at, payload)
        return payload

    def upcast(self, event: Event, event_class: type[_Event]) -> _Event:
        """The event as one of `event_class`, from its own or any older major.

        Raises UpcastError, and PoisonError (`does_not_fit`) for a payload of another shape.
        """
        if event.event_type != event_class.event_type:
            raise UpcastError(f"{event.event_type} is no {event_class.event_type}")
        majors = (int(each.partition(".")[0]) for each in (event.version, event_class.version))
        return event_class.from_payload(self.payload(event.event_type, event.payload, *majors))

    @staticmethod
    def _taken(
        step: Step, event_type: str, major: int, payload: Mapping[str, Any]
    ) -> dict[str, Any]:
        try:
            return step(payload)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PoisonError(
                "does_not_fit", f"the upcaster of {event_type} from v{major} failed: {error!r}"
            ) from error
