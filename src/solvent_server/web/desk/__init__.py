"""Credit desk: may this order go out, what waits for a second person, which reviews and admissions are due, limits."""
