"""A real IMAP server in memory (pymap), as a process, and its mailbox."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from imapclient import IMAPClient

from producers.collector.adapters.mail import Imap

USER, PASSWORD = "demouser", "demopass"
SERVE = "from pymap.main import main; main()"


@contextmanager
def server() -> Iterator[Imap]:
    """Its address as the sources file would have it; the folder is empty."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVE, "--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict"]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield Imap("127.0.0.1", USER, PASSWORD, port, "none", folder="Care")
    finally:
        process.terminate()
        process.wait(30)


def fill(imap: Imap, mails: list[bytes], arrived: datetime, *, anew: bool = False) -> None:
    """Put mails into the folder; `anew`: into one that was made again, with another UIDVALIDITY."""
    with IMAPClient(imap.host, imap.port, ssl=False) as client:
        client.login(imap.user, imap.password)
        if anew and client.folder_exists(imap.folder):
            client.delete_folder(imap.folder)
        if not client.folder_exists(imap.folder):
            client.create_folder(imap.folder)
        if mails:
            client.multiappend(imap.folder, [{"msg": mail, "date": arrived} for mail in mails])


def seen(imap: Imap) -> int:
    """How many mails the folder has that somebody has read."""
    with IMAPClient(imap.host, imap.port, ssl=False) as client:
        client.login(imap.user, imap.password)
        client.select_folder(imap.folder, readonly=True)
        return len(client.search(["SEEN"]))
