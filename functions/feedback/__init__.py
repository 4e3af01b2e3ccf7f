"""Messages about the portal itself: questions, complaints, barriers, rights over one's data."""
