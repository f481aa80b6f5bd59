"""Erases sessions for good: on request of a person, or because their time is over."""
