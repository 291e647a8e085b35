"""Commands of the credit desk."""
