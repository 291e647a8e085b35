"""Cells: what a single cell of a ledger says, read column by column. A cell is read exactly or told to be bad."""
