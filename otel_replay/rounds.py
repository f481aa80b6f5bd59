"""Work that goes on in the background, round after round."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from otel_replay.errors import RetryableError

log = logging.getLogger(__name__)


def work_in_rounds(
    one_round: Callable[[], float],
    stop: threading.Event,
    *,
    what: str,
    longest_s: float,
    first_s: float = 0,
) -> None:
    """Calls `one_round` until `stop` is set; it returns the seconds to wait until the next one.

    Begins after `first_s`. A round that fails is logged as `what`, and tried again after a while,
    each time after twice as long, up to `longest_s`.
    """
    pause_s = first_s
    while not stop.wait(pause_s):
        try:
            pause_s = one_round()
        except RetryableError as exc:
            pause_s = _longer(pause_s, longest_s)
            log.warning("%s waits for %.0f s: %s", what, pause_s, exc)
        except Exception:
            pause_s = _longer(pause_s, longest_s)
            log.exception("%s failed; next try in %.0f s", what, pause_s)


def _longer(pause_s: float, longest_s: float) -> float:
    return min(2 * max(pause_s, 1.0), longest_s)
