"""Clocks: what must happen at a time, not at somebody's click."""
