"""The server below the pages."""

from __future__ import annotations

import socket
from threading import Thread

import pytest

from promptops.errors import UsageError
from promptops.serving.reply import Reply, refusal
from promptops.serving.server import opened

HERE = "127.0.0.1"


def _nothing(_path: str, _query: str) -> Reply:
    return refusal(404, "nothing")


def test_a_server_can_begin_again_on_the_port_that_it_had() -> None:
    port = 0
    for _ in range(2):
        server = opened(HERE, port, _nothing)
        port = server.server_address[1]
        Thread(target=server.serve_forever, daemon=True).start()
        with socket.create_connection((HERE, port), 10) as asking:
            asking.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert asking.recv(12) == b"HTTP/1.1 404"
            while asking.recv(4_096):  # it is the server that ends the connection
                pass
        server.shutdown()
        server.server_close()


def test_two_servers_do_not_share_a_port() -> None:
    with opened(HERE, 0, _nothing) as server, pytest.raises(UsageError, match="in use"):
        opened(HERE, server.server_address[1], _nothing)
