"""Tries a charter: check, backtest, demonstration."""
