"""The loader with which the build reads YAML: libyaml's, which takes a tenth of the time of the one written in Python.

Words, rules and the template are half a megabyte of YAML, read before the first page is built.
"""

from __future__ import annotations

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # a PyYAML that was built without libyaml: the same, slower
    from yaml import SafeLoader  # type: ignore[assignment]

__all__ = ["SafeLoader"]
