"""The commands of ``solvent`` that need the store."""
