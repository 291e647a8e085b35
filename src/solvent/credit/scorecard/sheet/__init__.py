"""Sheet: a table of somebody's columns, made ready to learn from: numbers, words, days, the target and the clusters."""
