"""Jobs: work that takes its time, whoever asked for it."""
