"""A stock django-oscar sandbox to measure beside the mall, in an environment of its own.

It is installed once, by `make bench-full`, into a folder of the user's cache.
"""

import os
import shutil
import subprocess
import tempfile
import venv
from pathlib import Path

_PARTS = (
    "django-oscar==4.2.1",
    "django==5.2.19",
    "sorl-thumbnail==12.11.0",
    "whoosh==2.7.4",
    "granian==2.8.7",
    "whitenoise==6.12.0",
)
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "patronage-bench"
_DATABASE = _CACHE / "oscar.sqlite3"
PYTHON = _CACHE / "oscar" / "bin" / "python"


def is_installed() -> bool:
    """Tell whether it was installed to the end."""
    return _DATABASE.exists()


def environment(folder: Path) -> dict[str, str]:
    """Return what its processes are told: where they keep their files."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "oscar_shop.settings",
        "OSCAR_FOLDER": str(folder),
        "PYTHONPATH": str(Path(__file__).parent),
        "PYTHONWARNINGS": "ignore",
    }


def install() -> str | None:
    """Install it, with an empty database; return why that was not possible, if so."""
    venv.create(_CACHE / "oscar", with_pip=True, clear=True)
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", *_PARTS]
    done = subprocess.run(pip, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1]
    with tempfile.TemporaryDirectory() as folder:
        migrate = [PYTHON, "-m", "django", "migrate", "--verbosity=0"]
        subprocess.run(migrate, env=environment(Path(folder)), check=True)
        shutil.move(Path(folder) / _DATABASE.name, _DATABASE)
    return None


def unpack(folder: Path) -> None:
    """Put its empty database into a folder."""
    shutil.copy(_DATABASE, folder)
