"""What is known of customers' credit: registers, statements of others, decisions of ours, cover."""
