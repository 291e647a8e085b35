"""Commands of the library, one a room; ``solvent.commands`` in pyproject.toml names them."""
