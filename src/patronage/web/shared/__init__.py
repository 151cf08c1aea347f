"""What every audience shares: the frame of a page, its look, its guards."""
