"""Sentences about cash: forecasts, liquidity, scenarios."""
