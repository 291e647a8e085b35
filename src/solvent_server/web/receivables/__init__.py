"""Receivables: how old what customers owe is, and the rows behind every figure."""
