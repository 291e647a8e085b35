"""Listing: what lists are made of: columns, files, the views that readers put by."""
