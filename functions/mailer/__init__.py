"""The outbox's two hands: one lays messages on the queue, the other sends them."""
