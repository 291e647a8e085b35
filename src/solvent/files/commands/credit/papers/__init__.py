"""Commands that write papers about credit: the credit report, the policy, the list of contracts, the peers' tape."""
