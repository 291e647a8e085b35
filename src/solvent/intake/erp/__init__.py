"""ERP: documents of other systems, as they hand them out, mapped onto the tables of the books."""
