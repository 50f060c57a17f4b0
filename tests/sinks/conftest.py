"""ClickHouse for tests: the embedded one on a folder of its own, and Debian's old server over its native protocol."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

from deploy.local.broker import free_port
from sinks.clickhouse.client import Answer, Parameter, StoreError
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.server import ServerStore
from tests.security.certificates import Certificate

_CONFIG = """<?xml version="1.0"?>
<yandex>
    <logger><level>warning</level><console>1</console></logger>
    <tcp_port>{port}</tcp_port>{secure}
    <listen_host>127.0.0.1</listen_host>
    <path>{folder}/data/</path>
    <tmp_path>{folder}/tmp/</tmp_path>
    <user_files_path>{folder}/files/</user_files_path>
    <format_schema_path>{folder}/formats/</format_schema_path>
    <mark_cache_size>33554432</mark_cache_size>
    <users_config>{folder}/users.xml</users_config>
    <default_profile>default</default_profile>
    <default_database>default</default_database>
</yandex>
"""
_USERS = """<?xml version="1.0"?>
<yandex>
    <profiles><default><max_memory_usage>1000000000</max_memory_usage></default></profiles>
    <users><default><password>{password}</password><networks><ip>::/0</ip></networks>
        <profile>default</profile><quota>default</quota></default></users>
    <quotas><default></default></quotas>
</yandex>
"""

_SECURE = """
    <tcp_port_secure>{port}</tcp_port_secure>
    <openSSL><server>
        <certificateFile>{certificate.file}</certificateFile><privateKeyFile>{certificate.key}</privateKeyFile>
        <caConfig>{certificate.issuer}</caConfig><verificationMode>relaxed</verificationMode>
        <loadDefaultCAFile>false</loadDefaultCAFile>
    </server></openSSL>"""

_OLD_DDL = (
    (re.compile(r"DateTime64\(3, 'UTC'\)"), "Int64"),
    (re.compile(r"LowCardinality\(String\)"), "String"),
    (re.compile(r" CODEC\(ZSTD\(1\)\)"), ""),
    (re.compile(r"now64\(3\)"), "toInt64(now()) * 1000"),
    (re.compile(r"toYYYYMM\((\w+)\)"), r"toYYYYMM(toDateTime(intDiv(\1, 1000)))"),
    (re.compile(r"SETTINGS fsync_after_insert = 1, fsync_part_directory = 1"), ""),
)
"""What version 18.16 does not know: times become milliseconds."""


_MILLISECONDS = (
    (re.compile(r"now64\(3\)"), "(toInt64(now()) * 1000)"),
    (re.compile(r"toUnixTimestamp64Milli(?=\()"), "toInt64"),
    (re.compile(r"fromUnixTimestamp64Milli\((.+?), 'UTC'\)"), r"toInt64(\1)"),
)
"""Of times that are milliseconds there."""


def _older(sql: str) -> str:
    for new, old in _MILLISECONDS:
        sql = new.sub(old, sql)
    return sql


class OldServerStore(ServerStore):
    """The real client; table definitions and times in queries are put into the old server's words."""

    def execute(self, sql: str) -> None:
        sql = sql.replace("ADD COLUMN IF NOT EXISTS", "ADD COLUMN")
        if sql.lstrip().startswith("CREATE TABLE"):
            for new, old in _OLD_DDL:
                sql = new.sub(old, sql)
        super().execute(_older(sql))

    def query(self, sql: str, params: Mapping[str, Parameter] | None = None, *, binary: Collection[str] = ()) -> Answer:
        return super().query(_older(sql), params, binary=binary)


class ClickHouseServer:
    """Debian's clickhouse-server on a folder and port of its own; it comes back on both.

    With a `certificate` it has a second port, with TLS.
    """

    def __init__(self, folder: Path, *, password: str = "", certificate: Certificate | None = None) -> None:
        self.port = free_port()
        self.secure_port = free_port()
        self._folder = folder
        self._password = password
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder / "server.log"
        folder.mkdir(exist_ok=True)
        secure = "" if certificate is None else _SECURE.format(port=self.secure_port, certificate=certificate)
        (folder / "config.xml").write_text(_CONFIG.format(folder=folder, port=self.port, secure=secure))
        self.read_only(False)

    @property
    def url(self) -> str:
        return f"clickhouse://127.0.0.1:{self.port}/default"

    def read_only(self, so: bool) -> None:
        """Refuses every insert; from the next start on."""
        text = _USERS.format(password=self._password)
        if so:
            text = text.replace("<default>", "<default><readonly>1</readonly>", 1)
        (self._folder / "users.xml").write_text(text)

    def fill(self, full: bool) -> None:
        """The nearest to a full disk that needs no rights: no file may grow, so every write of a part fails.

        The server sees EFBIG where a full disk gives ENOSPC, at the same calls.
        """
        assert self._process is not None
        most = 0 if full else resource.RLIM_INFINITY
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def pause(self) -> None:
        """Takes connections and bytes, and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    @property
    def secure_url(self) -> str:
        return f"clickhouses://127.0.0.1:{self.secure_port}/default"

    def start(self) -> None:
        program = shutil.which("clickhouse-server")
        assert program is not None
        command = [program, f"--config-file={self._folder / 'config.xml'}"]
        # Signals stay as Python has them: a file that may not grow is an error to the server, not its end.
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, restore_signals=False)
        store = ServerStore(self.url, self._password)
        for _ in range(1200):
            try:
                store.query("SELECT 1")
            except StoreError:
                time.sleep(0.05)
            else:
                store.close()
                return
        raise AssertionError(f"no server on port {self.port}: {self._log.read_text()[-2000:]}")

    def kill9(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None


@pytest.fixture
def clickhouse_server(tmp_path: Path) -> Iterator[ClickHouseServer]:
    server = ClickHouseServer(tmp_path)
    server.start()
    yield server
    server.kill9()


@pytest.fixture
def old_store(clickhouse_server: ClickHouseServer) -> Iterator[OldServerStore]:
    """A migrated server."""
    store = OldServerStore(clickhouse_server.url)
    migrate(store)
    yield store
    store.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    """A migrated embedded ClickHouse. A process has one at a time."""
    embedded = EmbeddedStore(tmp_path / "clickhouse")
    migrate(embedded)
    yield embedded
    embedded.close()


@pytest.fixture(scope="session")
def project() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(project: Path) -> dict[str, str]:
    """For a process of ours: this project first on its path, no settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    return {**kept, "PYTHONPATH": str(project)}
