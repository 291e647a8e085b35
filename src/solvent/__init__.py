"""Solvent: who will pay, when, how much cash there will be, what could break it, what to do today."""

__version__ = "0.1.0"
