"""Bringing in what others kept in workbooks: looked at first, row by row; taken back whole when it was wrong."""
