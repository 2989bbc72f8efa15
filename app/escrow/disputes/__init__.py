"""Disputes: a sum of held money is frozen until the two sides, or an arbiter, split it."""
