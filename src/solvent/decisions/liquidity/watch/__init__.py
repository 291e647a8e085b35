"""Watch: what the company's own figures show: indicators, signs of a break and their causes, movements, health."""
