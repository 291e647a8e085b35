"""Odoo: its journal items and reconciliations as tables of the books."""
