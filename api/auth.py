"""Bearer authentication: the token of HEADRACE_TOKEN, or a publish-only key."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.callers import TOKEN_CALLER, Caller
from api.problems import Problem
from api.services import Services, services_of

_scheme = HTTPBearer(
    auto_error=False, description="The token of HEADRACE_TOKEN; to publish, a publish-only key too."
)


async def check_caller(request: Request, services: Services) -> Caller:
    """`authenticate` for who has no dependencies injected."""
    return await authenticate(services, await _scheme(request), request)


async def authenticate(
    services: Annotated[Services, Depends(services_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)],
    request: Request,
) -> Caller:
    """Who calls; anybody else gets 401 before the request's body is read."""
    caller = services.callers.caller(credentials.credentials) if credentials else None
    if caller is not None:
        return caller
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


async def authenticate_fully(caller: Annotated[Caller, Depends(authenticate)]) -> None:
    """The same for all that a publish-only key does not open: 403."""
    if caller is not TOKEN_CALLER:
        raise Problem(
            403,
            "forbidden",
            "This key may only publish",
            f"{caller.producer}'s key opens POST /api/events and nothing else",
        )
