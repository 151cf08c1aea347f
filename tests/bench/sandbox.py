"""What others made, to measure beside ours, each in an environment of its own.

A stock django-oscar sandbox, and the simulators radCAD and cadCAD. They are installed once, by
`make bench-full`, into a folder of the user's cache.
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
_SIMULATORS = ("radcad==0.14.0", "cadCAD==0.5.3", "typing_extensions")
SIMULATORS = _CACHE / "simulators" / "bin" / "python"
_SIMULATORS_DONE = _CACHE / "simulators" / "installed"


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
    refused = _install("oscar", _PARTS)
    if refused:
        return refused
    with tempfile.TemporaryDirectory() as folder:
        migrate = [PYTHON, "-m", "django", "migrate", "--verbosity=0"]
        subprocess.run(migrate, env=environment(Path(folder)), check=True)
        shutil.move(Path(folder) / _DATABASE.name, _DATABASE)
    return None


def are_simulators_installed() -> bool:
    """Tell whether radCAD and cadCAD were installed to the end."""
    return _SIMULATORS_DONE.exists()


def install_simulators() -> str | None:
    """Install radCAD and cadCAD; return why that was not possible, if so."""
    refused = _install("simulators", _SIMULATORS)
    if not refused:
        _SIMULATORS_DONE.touch()
    return refused


def _install(name: str, parts: tuple[str, ...]) -> str | None:
    venv.create(_CACHE / name, with_pip=True, clear=True)
    python = _CACHE / name / "bin" / "python"
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", *parts]
    done = subprocess.run(pip, stderr=subprocess.PIPE, text=True)
    return done.stderr.strip().splitlines()[-1] if done.returncode else None


def unpack(folder: Path) -> None:
    """Put its empty database into a folder."""
    shutil.copy(_DATABASE, folder)
