"""The operators' back office."""
