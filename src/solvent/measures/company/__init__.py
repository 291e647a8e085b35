"""The company's own figures: liquidity, payables, stock."""
