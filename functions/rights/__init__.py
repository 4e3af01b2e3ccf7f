"""Rights over one's own data: consents, requests with their clock, and the register of breaches."""
