"""E-invoices: UBL, CII, invoices inside PDF files, and China's XML and OFD, into open items, credit notes and bills."""
