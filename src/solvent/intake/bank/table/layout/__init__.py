"""What the headers, headings and footers of a bank's table mean."""
