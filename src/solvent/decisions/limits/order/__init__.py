"""Order check: may this order go out? Yes, no, or only with approval; every rule says why."""
