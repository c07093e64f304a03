"""A web server for one machine: it only reads, and answers only to the names that it has."""

from __future__ import annotations

import errno
import os
import socket
import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from promptops.errors import UsageError
from promptops.serving.reply import Reply, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    Answering = Callable[[str, str], Reply]

LOOPBACK: Final = frozenset(("127.0.0.1", "localhost", "::1"))
_PATIENCE: Final = 30.0  # seconds that a connection may say nothing
_LONGEST: Final = 4_000  # characters of an address


class Server(ThreadingHTTPServer):
    """A server that answers ``GET`` and ``HEAD`` by what ``answering`` makes of path and query."""

    daemon_threads = True

    def __init__(self, host: str, port: int, answering: Answering) -> None:
        if ":" in host:
            self.address_family = socket.AF_INET6
        self.host, self.answering = host, answering
        super().__init__((host, port), _Handler)

    @property
    def address(self) -> str:
        """The address to open."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.server_address[1]}/"

    def server_bind(self) -> None:
        """Bind, without asking anybody what this machine is called."""
        if os.name == "posix":  # connections that ended a minute ago keep no port; listeners do
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.host, self.server_address[1]

    def knows(self, host: str) -> bool:
        """Return whether a request was meant for this server.

        A page elsewhere can have its own name lead here, and would then read what is answered; it
        cannot have another name in the request. An address of numbers is nobody's name.
        """
        name = _name(host)
        if name is None:
            return False
        if name in LOOPBACK or name == self.host.lower():
            return True
        if self.host in LOOPBACK:
            return False
        return _is_address(name) or name == socket.gethostname().lower()


def _name(host: str) -> str | None:
    """Return the name in a ``Host`` header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version = "promptops"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE

    def do_GET(self) -> None:
        self._send(self._reply())

    def do_HEAD(self) -> None:
        self._send(self._reply(), body=False)

    def __getattr__(self, name: str) -> Any:
        """Return what answers another method than the two."""
        if name.startswith("do_"):
            return self._refuse
        raise AttributeError(name)

    def _refuse(self) -> None:
        self.close_connection = True  # what else it sent is not read
        self._send(refusal(405, "this server only reads: GET and HEAD", ("Allow", "GET, HEAD")))

    def _reply(self) -> Reply:
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or not self.server.knows(hosts[0]):
            return refusal(403, "this server does not answer to that name")
        if len(self.path) > _LONGEST:
            return refusal(414, "the address is too long")
        try:
            asked = urlsplit(self.path)
        except ValueError:
            return refusal(400, "that is no address")
        try:
            return self.server.answering(asked.path, asked.query)
        except Exception:  # noqa: BLE001 - one answer that fails ends no server
            traceback.print_exc(file=sys.stderr)
            return refusal(500, "promptops failed; its terminal says how")

    def _send(self, reply: Reply, *, body: bool = True) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if body:
            self.wfile.write(reply.body)

    def handle(self) -> None:
        """Answer until the other side has enough."""
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal is for what goes wrong."""


def opened(host: str, port: int, answering: Answering) -> Server:
    """Return a server that listens.

    Raises:
        UsageError: The port is taken, or the address is not this machine's.
    """
    try:
        return Server(host, port, answering)
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        told = f"--host {host} --port {port}: cannot listen there: {why[:1].lower()}{why[1:]}"
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        more = "; --port 0 takes a port that is free" if taken else ""
        raise UsageError(f"{told}{more}") from None
