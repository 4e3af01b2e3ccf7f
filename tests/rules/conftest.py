"""Property tests repeat themselves: what failed for one person fails for everybody, and nothing is left behind.

To search further: `pytest tests/rules --hypothesis-profile=search`.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("portal", deadline=None, derandomize=True, database=None)
settings.register_profile("search", deadline=None, max_examples=5000, database=None)
settings.load_profile("portal")
