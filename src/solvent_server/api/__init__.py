"""Api: what other systems ask and tell, as REST and, read only, by MCP."""
