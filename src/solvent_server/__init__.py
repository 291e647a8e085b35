"""Solvent's server: the store, live connections, jobs, and the commands that need them."""
