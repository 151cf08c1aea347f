"""Journeys through the mall in a real browser. Screenshots lie in build/screenshots."""
