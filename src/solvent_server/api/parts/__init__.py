"""Parts: what every operation shares: who asks, what goes wrong, keys of requests, pages of lists, shapes of values."""
