"""No test, and no code a test runs, can reach the network."""

from __future__ import annotations

import socket
import urllib.request

import pytest

BLOCKED = "Graybook makes no network call"


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_internet_sockets_are_refused(family: socket.AddressFamily) -> None:
    """An internet socket cannot even be made."""
    with pytest.raises(RuntimeError, match=BLOCKED):
        socket.socket(family, socket.SOCK_STREAM)


def test_connections_and_names_are_refused() -> None:
    """Neither a connection, a name look-up nor a URL gets out."""
    with pytest.raises(RuntimeError, match=BLOCKED):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(RuntimeError, match=BLOCKED):
        socket.gethostbyname("example.org")
    with pytest.raises(RuntimeError, match=BLOCKED):
        urllib.request.urlopen("http://192.0.2.1/", timeout=1)


def test_sockets_inside_the_machine_work() -> None:
    """A pair of local sockets still carries bytes: worker processes need them."""
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"gray")
        assert other.recv(4) == b"gray"
