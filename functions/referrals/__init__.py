"""Rujukan: which service may fit a family, and why."""
