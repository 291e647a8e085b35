"""Start: the first visit, the five steps of beginning, and the sample company."""
