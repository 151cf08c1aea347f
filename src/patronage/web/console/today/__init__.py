"""Today: what happens in the mall, in figures, each of which opens its rows."""
