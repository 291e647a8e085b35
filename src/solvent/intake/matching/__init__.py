"""Matching: cash application: which money settles which open item, bill, plan or transfer."""
