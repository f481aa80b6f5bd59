"""Work that takes long, beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Aside:
    """Runs functions in a thread, one at a time in their order.

    So small requests are answered while a big one is taken apart, and several big ones need no more
    time or memory than one after the other.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What the function returns, or raises."""
        async with self._turn:
            return await asyncio.to_thread(function, *args, **kwargs)
