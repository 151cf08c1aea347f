"""What the back offices of operators and of merchants have in common."""
