"""Policy in the store: dated changes that two people make, and the policy that they come to on a day."""
