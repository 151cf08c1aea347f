"""The mall's settings, as tests use them."""

from patronage.web.config.settings import *  # noqa: F403

SECRET_KEY = "tests"  # noqa: S105
DEMO = True
DEMO_CLOCK = ""

# Static files by their own names, found where they lie.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True

# What makes passwords slow to guess makes tests slow.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
