"""Limits: how much a customer may owe, and whether this order may go out."""
