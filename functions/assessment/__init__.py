"""Assessment: how a dossier goes from its official to a decision, and who may take which step."""
