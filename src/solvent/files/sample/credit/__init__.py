"""What a sample company's credit desk has on its customers."""
