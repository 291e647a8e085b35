"""Lists: what can be done with any list, whatever it is of."""
