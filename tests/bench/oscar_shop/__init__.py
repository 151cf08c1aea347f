"""A django-oscar shop as its sandbox sets it up, run in an environment of its own."""
