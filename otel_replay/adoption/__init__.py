"""Takes over a database that the Collector's ClickHouse exporter made and filled.

Nothing that is there is rewritten or dropped: columns that are missing are added, our own tables
are made beside the exporter's, and filled from them in steps.
"""

from otel_replay.adoption.adopt import Adoption, adopt, plan

__all__ = ["Adoption", "adopt", "plan"]
