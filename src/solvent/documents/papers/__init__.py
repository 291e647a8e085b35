"""Papers: what a kept assessment says, as documents: for management, the morning, credit and whoever keeps the data."""
