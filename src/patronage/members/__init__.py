"""Members: who people are, and what they may do with their value."""
