"""Whether a sealed document is genuine, and whether it is still in force: for everybody, without signing in."""
