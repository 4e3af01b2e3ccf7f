"""Casework: how a family's case and its referrals go on at SLRT and Puskesos, by when, and who reaches them."""
