"""Numbers in rrweb's events, by the names they have in @rrweb/types 2.1."""

from __future__ import annotations

# EventType
FULL_SNAPSHOT = 2
INCREMENTAL_SNAPSHOT = 3
META = 4

# IncrementalSource
MUTATION = 0
MOUSE_MOVE = 1
MOUSE_INTERACTION = 2
SCROLL = 3
INPUT = 5
TOUCH_MOVE = 6
MEDIA_INTERACTION = 7
STYLE_SHEET_RULE = 8
CANVAS_MUTATION = 9
DRAG = 12
STYLE_DECLARATION = 13
SELECTION = 14
ADOPTED_STYLE_SHEET = 15

# MouseInteractions
CLICK = 2
FOCUS = 5
BLUR = 6
