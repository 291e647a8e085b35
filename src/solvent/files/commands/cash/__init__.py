"""Commands about cash: the outlook, stress tests, what-ifs."""
