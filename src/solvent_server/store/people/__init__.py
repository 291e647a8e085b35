"""People: who has which role where, who changed it, and the ways in: passwords, sessions, second factors."""
