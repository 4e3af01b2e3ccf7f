"""Registrations: seats, quotas and waiting lists of the activities that maintainers declare."""
