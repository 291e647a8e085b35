"""Sentences about credit: how good a customer is."""
