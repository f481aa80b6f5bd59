"""``python -m otel_replay``."""

import sys

from otel_replay.cli import main

sys.exit(main())
