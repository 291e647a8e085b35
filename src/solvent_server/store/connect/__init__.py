"""Connect: other systems: the tokens by which they ask, the answers they were given, and web-hooks both ways."""
