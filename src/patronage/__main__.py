"""`python -m patronage`."""

from patronage.cli import main

main()
