"""表格: the tables and forms of the trade, on screen, on paper and as files, from the rows that are there."""
