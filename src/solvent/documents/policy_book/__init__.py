"""The credit policy as a document, and what in it ought to change."""
