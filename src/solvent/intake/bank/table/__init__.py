"""Bank statements that come as tables: CSV, TSV, XLS, XLSX and HTML of any bank."""
