"""The demonstration mall: a wine estate and two merchants, with a year of history."""

from patronage.web.demo.prepare import Logins, prepare

__all__ = ["Logins", "prepare"]
