"""Reading: the bytes of text files, workbooks and tables in markup as rows of cells, within stated limits."""
