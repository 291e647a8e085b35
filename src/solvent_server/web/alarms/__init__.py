"""Pages of the radar: what the rules found, case by case, what was done about it, and how good each rule is."""
