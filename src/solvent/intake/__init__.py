"""Intake: bytes into books."""
