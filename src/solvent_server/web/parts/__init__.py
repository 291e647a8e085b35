"""What all pages share: who looks, in which language, tables, and the door."""
