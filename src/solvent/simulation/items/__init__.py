"""Items: when the items that stand open today are paid, on joint paths, and what is lost of them."""
