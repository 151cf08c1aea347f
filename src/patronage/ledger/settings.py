"""Django settings for the ledger used on its own, by the command or inside another program.

`DATABASE_URL` is `sqlite:///FILE` (with four slashes for an absolute path) or
`postgresql://USER:PASSWORD@HOST:PORT/NAME`; without it, the file patronage.sqlite3 here.
"""

import os

from patronage.ledger.database import database

INSTALLED_APPS = ["patronage.ledger"]
DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
