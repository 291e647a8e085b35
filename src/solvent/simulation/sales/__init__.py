"""Sales: invoices to come and the money that they will bring, on the same paths as everything else."""
