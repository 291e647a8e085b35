"""The web application: one room a domain, each page asked of the newest kept assessment and of the store."""
