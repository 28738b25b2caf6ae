"""The generated services: as the catalog says, and usable as S3 describes them."""

from headrace.catalog import load_catalog
from headrace.events import AuthLogin, UserCreated
from headrace.service import Metadata
from headrace.service.generate import HOME, sources
from headrace.services.auth import AuthService
from headrace.testing import ServiceKit
from tests.unit.service.samples import example


def test_the_generated_services_are_as_the_catalog_says() -> None:
    for name, text in sources(load_catalog()).items():
        assert (HOME / name).read_text() == text, (
            f"{name} is out of step: run python -m headrace.service.generate"
        )


async def test_auth_publishes_a_login_and_hears_of_users() -> None:
    auth, login, heard = AuthService(), example(AuthLogin), list[str]()

    async def on_user_created(event: UserCreated, metadata: Metadata) -> None:
        heard.append(event.user_id)
        await auth.publish_login(
            user_id=event.user_id,
            session_id=login.session_id,
            ip_address=login.ip_address,
            user_agent=login.user_agent,
            login_at=login.login_at,
            method="password",
        )

    auth.subscribe_to_user_events(on_user_created=on_user_created)
    async with ServiceKit(auth) as kit:
        await kit.send(example(UserCreated))
        await kit.settled()
        (published,) = kit.published_of(AuthLogin)
    assert heard == [published.user_id]
