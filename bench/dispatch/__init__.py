"""Dispatch against other solvers: the same days, the same processor time, one judge."""
