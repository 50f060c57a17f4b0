"""`rapport` whose store fills Debian's old server."""

from unittest.mock import patch

from rapport.cli import main
from sinks.store import process
from tests.sinks.conftest import OldServerStore

with patch.object(process, "owned", lambda settings: OldServerStore(settings.clickhouse)):
    main()
