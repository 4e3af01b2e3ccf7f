"""What all functions share. Nothing here knows a subject."""
