"""``python -m otel_replay``."""

import sys

from otel_replay.cli import main

if __name__ == "__main__":  # workers import this module, too
    sys.exit(main())
