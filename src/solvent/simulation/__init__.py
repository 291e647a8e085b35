"""Simulation: all money in and out on joint paths."""
