"""The commands of the credit desk: limits, orders let through, limits held, cases, and what people enter."""
