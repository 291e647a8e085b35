"""The credit desk's own work: decisions of people, what waits for a second one, limits held for orders, cases."""
