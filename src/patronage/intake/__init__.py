"""Turns other shops' exports into events."""
