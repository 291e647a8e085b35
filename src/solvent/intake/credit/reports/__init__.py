"""Company reports: what registers, courts, agencies and other suppliers tell of customers."""
