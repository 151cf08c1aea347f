"""The mall: the pages of those who shop."""
