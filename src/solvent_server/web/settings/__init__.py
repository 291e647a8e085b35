"""Settings: the policy, people, companies, connections, the audit trail, backups, and one's own account."""
