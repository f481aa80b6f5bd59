"""The claims by which those who delete blobs and those who need them keep out of the way."""

DELETE_CLAIM = "delete-blobs"
KEEP_CLAIM = "keep-blobs"
COMPACT_CLAIM = "compact"
"""Held, by session, while an object of it is written whose rows are not there yet."""
