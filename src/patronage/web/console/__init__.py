"""The back office, until operators and merchants each have their own."""
