"""Ports for what listens here."""

from __future__ import annotations

import socket

from deploy.local.broker import free_port, taken


def test_a_free_port_is_free_and_none_that_a_connection_may_be_given() -> None:
    for port in {free_port() for _ in range(200)}:
        assert not taken(port)
        assert 1024 < port < 32_768, "Linux gives those from 32768 on to connections"


def test_a_port_that_somebody_has_is_not_given() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", free_port()))
        holder.listen()
        held = holder.getsockname()[1]
        assert taken(held)
        assert held not in {free_port() for _ in range(200)}
