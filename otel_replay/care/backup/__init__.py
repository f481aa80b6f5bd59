"""Backups of a project: its rows as of one moment, and each blob that they refer to."""
