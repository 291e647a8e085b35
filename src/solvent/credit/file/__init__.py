"""The credit file: what is known of a customer, how old it is, what is missing, and what changed."""
