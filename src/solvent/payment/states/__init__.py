"""States: what is known of an open item beyond its age, and on which days money can come."""
