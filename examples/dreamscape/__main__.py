"""`make example`: the seven services at work, on the local stack.

Starts the stack if it does not run, the services as processes, lets people sign up, sign in, look
and book, and shows what became of it. With --stay everything goes on until ^C, and the web page is
served, so that a browser may look at it.
"""

import argparse
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from api.callers import new_key
from deploy.local.layout import Layout
from deploy.local.operations import LocalStack
from examples.dreamscape.running import Running
from headrace.catalog import load_catalog
from headrace.clock import SystemClock
from headrace.errors import HeadraceError
from headrace.events import timestamp

PEOPLE, BOOKINGS = 5, 12
FINAL = ("confirmed", "cancelled", "refunded")
SETTLE_SECONDS = 90
PAGE = Path(__file__).parent / "frontend"


def main() -> int:
    """Returns the exit code: 0 if every booking ended as it should."""
    options = _options()
    stack = LocalStack(Layout.of_repository()).up(_say)
    folder = Path(tempfile.mkdtemp(prefix="headrace-dreamscape-"))
    _say(f"starting seven services; their logs are in {folder}")
    with Running(stack.env, stack.admin_url, folder) as running, _Page() as page:
        key = new_key("frontend", load_catalog())
        api = running.start_api(key["setting"], page.origin, secrets.token_urlsafe(24))
        page.configure(api, key["key"])
        _live(running, api, key["key"], page.origin)
        _show(running)
        if options.stay:
            _say(f"open {page.origin}/ in a browser; ^C ends everything")
            threading.Event().wait()
    return 0


def _live(running: Running, api: str, key: str, origin: str) -> None:
    _say(f"{PEOPLE} people sign up and sign in, the page is seen, {BOOKINGS} trips are booked")
    running.command("user", "sign-up", str(PEOPLE))
    running.command("auth", "sign-in", str(PEOPLE))
    view_page(api, key, origin)
    booked = running.command("voyage", "book", str(BOOKINGS)).split()
    _wait(lambda: _settled(running, booked), "every booking is confirmed or cancelled")
    _say("somebody gives a confirmed trip up")
    running.command("voyage", "cancel", booked[0])
    _wait(lambda: _status(running, booked[0]) == "refunded", "its money is returned")
    mails = "SELECT count(*) FROM messages WHERE template = 'refund'"
    _wait(lambda: running.rows("notification", mails)[0][0] > 0, "an e-mail says so")


def view_page(api: str, key: str, origin: str) -> str:
    """What the page's script sends; returns the event's id."""
    view = {
        "viewId": secrets.token_hex(8),
        "visitorId": "visitor-1",
        "sessionId": "session-1",
        "url": f"{origin}/",
        "path": "/",
        "title": "Lisbon",
        "userAgent": "example",
        "viewedAt": timestamp(SystemClock().now()),
    }
    example = load_catalog().event_type("analytics.page.view").latest.example
    answer = httpx.post(
        f"{api}/api/events",
        headers={"Authorization": f"Bearer {key}", "Origin": origin},
        json={
            "eventType": "analytics.page.view",
            "source": "frontend",
            "payload": {**example, **view},
        },
        trust_env=False,
        timeout=30,
    )
    answer.raise_for_status()
    return str(answer.json()["eventId"])


def _settled(running: Running, booked: list[str]) -> bool:
    names = ", ".join(f"'{booking}'" for booking in booked)
    rows = running.rows("voyage", f"SELECT status FROM bookings WHERE booking_id IN ({names})")  # noqa: S608 - our own ids
    return len(rows) == len(booked) and all(status in FINAL for (status,) in rows)


def _status(running: Running, booking: str) -> str:
    query = f"SELECT status FROM bookings WHERE booking_id = '{booking}'"  # noqa: S608
    return str(running.rows("voyage", query)[0][0])


def _wait(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {SETTLE_SECONDS} s: {what}")
        time.sleep(0.2)
    _say(what)


def _show(running: Running) -> None:
    for service, title, query in (
        ("voyage", "bookings", "SELECT status, count(*) FROM bookings GROUP BY 1 ORDER BY 1"),
        ("payment", "payments", "SELECT status, count(*) FROM payments GROUP BY 1 ORDER BY 1"),
        (
            "notification",
            "messages",
            "SELECT template, count(*) FROM messages GROUP BY 1 ORDER BY 1",
        ),
        ("user", "trips and sign-ins", "SELECT user_id, trips, logins FROM profiles ORDER BY 1"),
        ("analytics", "events counted", "SELECT event_type, events FROM counts ORDER BY 1"),
    ):
        sys.stdout.write(f"\n{title} ({service}-service)\n")
        for row in running.rows(service, query):
            sys.stdout.write("  " + "\t".join(map(str, row)) + "\n")
    sys.stdout.flush()


class _Page:
    """Serves the web page on a port of its own, with the settings that it needs."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="headrace-page-")
        handler = partial(_Quiet, directory=self._folder.name)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "_Page":
        target = Path(self._folder.name) / "index.html"
        target.write_bytes((PAGE / "index.html").read_bytes())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def configure(self, url: str, key: str) -> None:
        text = f'window.headrace = {{ url: "{url}", key: "{key}" }};\n'
        (Path(self._folder.name) / "config.js").write_text(text)

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        del format, args


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make example", description=__doc__)
    parser.add_argument("--stay", action="store_true", help="go on, and serve the web page")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HeadraceError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
