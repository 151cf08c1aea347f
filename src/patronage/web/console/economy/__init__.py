"""The economy in the console: its charter, proposals, closed days and journal."""
