"""The route that is asked most, served without the framework's detours."""

from dataclasses import dataclass

from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth import check_caller
from api.problems import Problem, problem_of, response_of
from api.publish import PATH, publish
from api.services import Services
from headrace.errors import HeadraceError


class Api(FastAPI):
    """FastAPI, which describes every route and serves all but `POST /api/events`.

    Its own layers take several times as long as everything else that a single event's request
    needs, so requests for that route go to `direct` (docs/decisions/0010-http-cost.md).
    """

    direct: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST":
            await self.direct(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


@dataclass(frozen=True, slots=True)
class DirectPublish:
    """What the route does in FastAPI, in the same order: the token, the body, the answer."""

    services: Services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            caller = await check_caller(request, self.services)
            response = await publish(request, self.services, caller)
        except Problem as problem:
            response = response_of(problem, request)
        except HeadraceError as error:
            response = response_of(problem_of(error), request)
        await response(scope, receive, send)
