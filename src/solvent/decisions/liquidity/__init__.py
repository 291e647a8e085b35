"""Liquidity: how much cash there will be, what breaks it, and what to do about it."""
