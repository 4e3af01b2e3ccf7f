"""Who somebody is: signing in, sessions, profile."""
