"""The tables of commerce, step by step."""
