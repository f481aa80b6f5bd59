"""Care for what is stored: fsck compares rows with blobs, backup and restore move a project."""
