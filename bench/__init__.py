"""Benchmarks. Each is a program of its own (`python -m bench.loop`) and prints ratios and gates, not feelings."""
