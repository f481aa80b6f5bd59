"""clickhouse-connect, loaded when it is needed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from otel_replay.errors import ConfigError

_REMEMBERED = ("_query_is_read_only", "_query_is_insert", "remove_sql_comments")
_USED_IN = ("binding", "client", "query", "_backendclient", "_backend.httpcommon")
_STATEMENTS = 256
_MAX_LENGTH = 65_536


@cache
def load() -> Any:
    """The package. Raises ConfigError when it is not installed.

    The driver reads each statement token by token, in Python, to tell what kind it is: 1.2 ms for
    1,000 characters. Our statements are few and their values are bound by ClickHouse, so the answer
    is remembered by the text. A driver that has no such functions works as it is.
    On the first insert it would load pandas to see whether the rows are a data frame, which takes
    0.4 s and 60 MB. Ours never are.
    """
    try:
        import clickhouse_connect
    except ImportError as exc:
        raise ConfigError(
            "clickhouse-connect is not installed: run pip install 'otel-replay[server]'"
        ) from exc
    for name in _REMEMBERED:
        found: dict[Any, Any] = {}
        for module_name in _USED_IN:
            module = _module(f"clickhouse_connect.driver.{module_name}")
            function = getattr(module, name, None)
            if function is not None:
                remembered = found.setdefault(function, _remembering(function))
                setattr(module, name, remembered)
    options = _module("clickhouse_connect.driver.options")
    if options is not None and "pandas" not in sys.modules:
        # As the driver does where it is not installed.
        options.pd = options.pd_time_test = None
    return clickhouse_connect


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None


def _remembering(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    remembered = lru_cache(_STATEMENTS)(function)

    def answer(query: Any) -> Any:
        return remembered(query) if len(query) <= _MAX_LENGTH else function(query)

    return answer
