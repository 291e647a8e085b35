"""What others send about customers' credit: financial statements and company reports, as tables of the books."""
