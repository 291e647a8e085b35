"""What pages ask for and a worker does: the queue, and what was read of a file until somebody decides about it."""
