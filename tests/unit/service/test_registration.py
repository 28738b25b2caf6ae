"""What a service may not do is refused where it is written down, with the catalog's word for it."""

from collections.abc import AsyncIterator

import pytest

from headrace import Metadata, Service, SyncProducer
from headrace.errors import ConfigurationError, UnknownEventTypeError
from headrace.events import PaymentCompleted, UserCreated, VoyageBookingConfirmed
from headrace.service import RegistrationError
from tests.unit.service.samples import example


async def handler(event: object, metadata: Metadata) -> None:
    del event, metadata


def test_a_service_knows_its_group_from_the_catalog() -> None:
    assert Service("voyage-service").group == "dreamscape-voyage-service-group"
    assert Service("frontend").group is None


def test_an_unknown_service_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(RegistrationError, match="did you mean 'voyage-service'") as refused:
        Service("voyag-service")
    assert "payment-service" in str(refused.value)


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(RegistrationError, match="no topic of the catalog has a consumer group"):
        Service("voyage-service", group="mine")


def test_a_type_that_the_group_does_not_consume_is_refused_with_the_file() -> None:
    service = Service("voyage-service")
    with pytest.raises(RegistrationError) as refused:
        service.on(UserCreated)(handler)
    for part in ("user.created", "topics/user.yaml", "payment.completed"):
        assert part in str(refused.value)


def test_a_service_without_a_group_takes_nothing() -> None:
    with pytest.raises(RegistrationError, match="has no consumer group"):
        Service("frontend").on(UserCreated)(handler)


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(UnknownEventTypeError, match="no event type"):
        Service("voyage-service").on("payment.done")(handler)


def test_publishing_what_the_catalog_does_not_give_is_refused_at_registration() -> None:
    with pytest.raises(RegistrationError, match=r"topics/voyage\.yaml has the producers voyage"):
        Service("payment-service", publishes=[VoyageBookingConfirmed])


async def test_publishing_before_the_start_says_what_is_missing() -> None:
    with pytest.raises(ConfigurationError, match="initialize"):
        await Service("payment-service").publish(example(PaymentCompleted))


def test_a_second_handler_of_a_type_is_refused_with_the_first_ones_name() -> None:
    service = Service("voyage-service")
    service.on(PaymentCompleted)(handler)
    with pytest.raises(RegistrationError, match=r"test_registration\.handler"):
        service.on("payment.completed")(handler)


def test_a_handler_of_another_shape_is_refused() -> None:
    async def alone(event: object) -> None: ...

    with pytest.raises(RegistrationError, match="must take \\(event, metadata\\)"):
        Service("voyage-service").on("payment.completed")(alone)  # type: ignore[arg-type]


def test_a_handler_whose_body_would_never_run_is_refused() -> None:
    async def yields(event: object, metadata: Metadata) -> AsyncIterator[int]:
        yield 1

    with pytest.raises(RegistrationError, match="`yield`"):
        Service("voyage-service").on("payment.completed")(yields)


@pytest.mark.parametrize("timeout", [0, -1, 61, float("nan")])
def test_a_time_limit_out_of_bounds_is_refused(timeout: float) -> None:
    with pytest.raises(RegistrationError, match="timeout"):
        Service("voyage-service").on(PaymentCompleted, timeout=timeout)(handler)


def test_a_synchronous_producer_outside_of_its_block_says_so() -> None:
    with pytest.raises(ConfigurationError, match="`with` block"):
        SyncProducer("payment-service").publish(example(PaymentCompleted))
