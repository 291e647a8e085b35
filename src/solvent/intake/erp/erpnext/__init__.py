"""ERPNext: its documents as tables of the books."""
