"""The second payment model: the hazard of the laws, corrected by boosted trees from what is known of each item."""
