"""The public log's pages and files: for everyone, without signing in."""
