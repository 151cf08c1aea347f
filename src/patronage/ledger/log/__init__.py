"""The public log: the journal and daily solvency records, for anyone to check without trust.

Needs no Django and no database but for publishing. Every journal record is a leaf, byte for byte,
and so is every solvency record; the formats around them are those of `tlog`.
"""
