"""The old server for one test of these."""

from tests.sinks.conftest import clickhouse_server

__all__ = ["clickhouse_server"]
