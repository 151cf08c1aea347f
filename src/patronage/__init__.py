"""Equity commerce: orders fill a reserve, shoppers hold points priced at their share of it."""

__version__ = "0.1.0"
