"""Ledgers out of ERP systems and spreadsheets."""
