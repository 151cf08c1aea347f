"""The merchants' cash desk, a page for a phone."""
