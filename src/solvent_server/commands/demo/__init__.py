"""Demo: the web application on the sample company."""
