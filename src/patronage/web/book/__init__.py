"""The open book: what everybody may see of the economy, without signing in."""
