"""Measured speed, as a table: `python -m tests.bench`."""
