"""Formats: each shape in which an e-invoice is sent, read into an invoice as the file states it."""
