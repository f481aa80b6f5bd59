"""Log lines of the program, on stderr."""

from __future__ import annotations

import logging


def set_up_logging(*, verbose: bool = False) -> None:
    """Ours from INFO on, others' from WARNING on; all from DEBUG on when verbose."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("otel_replay").setLevel(logging.DEBUG if verbose else logging.INFO)
    if not verbose:
        # Each failed call to ClickHouse, twice, with its whole address; ours say it once.
        for name in ("urllib3.connectionpool", "clickhouse_connect.driver"):
            logging.getLogger(name).setLevel(logging.ERROR)
