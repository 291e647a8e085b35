"""Commands by which other systems are let in."""
