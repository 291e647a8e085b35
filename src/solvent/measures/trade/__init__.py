"""How trade runs: customers' behaviour, invoicing clocks, collection by salesperson."""
