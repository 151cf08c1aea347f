"""The web: one Django project, one package per audience."""
