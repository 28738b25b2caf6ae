"""Bearer authentication with the one token of HEADRACE_TOKEN."""

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.problems import Problem
from api.services import Services, services_of
from headrace.errors import ConfigurationError
from headrace.settings import Settings

_scheme = HTTPBearer(auto_error=False, description="The token of HEADRACE_TOKEN.")


def token_digest(settings: Settings) -> bytes:
    """The digest that tokens are compared with. Raises ConfigurationError when there is none."""
    token = settings.token.get_secret_value() if settings.token else ""
    if not token.strip():
        raise ConfigurationError(
            "HEADRACE_TOKEN is not set: the API does not start without a bearer token; "
            "set it to a long random string"
        )
    return _digest(token)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


async def check_token(request: Request, services: Services) -> None:
    """`authenticate` for who has no dependencies injected."""
    await authenticate(services, await _scheme(request), request)


async def authenticate(
    services: Annotated[Services, Depends(services_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)],
    request: Request,
) -> None:
    """Let a request pass that carries the token; any other gets 401 before its body is read."""
    if credentials and hmac.compare_digest(_digest(credentials.credentials), services.token_digest):
        return
    sent = "Authorization" in request.headers
    raise Problem(
        401,
        "unauthenticated",
        "A valid bearer token is needed",
        "the token is not valid" if sent else "send the header Authorization: Bearer <token>",
        headers={
            "WWW-Authenticate": 'Bearer realm="headrace"'
            + (', error="invalid_token"' if sent else "")
        },
    )
