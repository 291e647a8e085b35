"""Documents about customers' credit: the credit report, the advice sheet, contracts, the first steps."""
