"""The wallet: what members see of their value and do with it."""
