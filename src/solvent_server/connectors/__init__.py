"""Connectors: what goes out of the house and comes back: live systems, asked over their documented protocols."""
