"""Clients that do not get in leave nothing behind: whoever tries again for hours must not gather threads."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer
from kafka.errors import KafkaError

from deploy.local.broker import free_port
from rapport.reaching import opened


@pytest.mark.parametrize("kind", [KafkaConsumer, KafkaAdminClient])
def test_a_client_that_reaches_nobody_leaves_no_thread(kind: Any) -> None:
    before = set(threading.enumerate())
    with pytest.raises(KafkaError):
        opened(kind, bootstrap_servers=f"127.0.0.1:{free_port()}", bootstrap_timeout_ms=300)
    assert set(threading.enumerate()) <= before
