"""Conventional limits and terms: several methods side by side, granted step by step."""
