"""Pages about cash: the outlook, thirteen weeks, what-ifs, stress, past forecasts, signs and health."""
