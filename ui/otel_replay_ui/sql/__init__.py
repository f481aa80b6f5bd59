"""ClickHouse's HTTP interface, read-only, over the engine embedded in this process.

That engine admits one process only, so other tools reach the data through here: clickhouse-connect,
curl, Grafana and JDBC drivers connect as they would to any ClickHouse server.
"""

from otel_replay_ui.sql.access import Access
from otel_replay_ui.sql.http import create_sql_app

__all__ = ["Access", "create_sql_app"]
