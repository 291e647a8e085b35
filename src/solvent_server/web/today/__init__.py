"""Today: where a day begins: cash, alarms, what changed, what to do."""
