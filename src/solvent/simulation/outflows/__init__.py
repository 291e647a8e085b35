"""Outflows: what goes out besides, and comes in besides, what customers pay."""
