"""Reports: the papers of the house: which there are, and each as a page to print and as files."""
