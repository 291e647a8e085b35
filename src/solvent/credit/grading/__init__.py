"""Grading: screening, ability and willingness, grade, chance to fail, and what would raise them."""
