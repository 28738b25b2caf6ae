"""XML-RPC over a unix socket, with a time limit: how supervisord is spoken to."""

import http.client
import socket
import xmlrpc.client
from pathlib import Path
from typing import Any

_SECONDS = 10


class UnixTransport(xmlrpc.client.Transport):
    """Give it to xmlrpc.client.ServerProxy; the URL there does not matter."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _UnixConnection(self._path)
        self._connection = host, connection  # so that close() finds it
        return connection


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_SECONDS)
        self.sock.connect(str(self._path))
