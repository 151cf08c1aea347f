"""The merchants' back office, and their cash desk: a page for a phone."""
