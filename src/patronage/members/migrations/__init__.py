"""The tables of members, step by step."""
