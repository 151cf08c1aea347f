"""The web's pages, in a furnished mall."""
