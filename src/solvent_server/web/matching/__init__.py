"""Matching desk: money that came in beside what it pays, placed by people."""
