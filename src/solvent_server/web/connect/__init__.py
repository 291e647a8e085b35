"""Connect: the page on which other programs are let in, and told of what happens."""
