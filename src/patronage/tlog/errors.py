"""What can be wrong with what was read."""


class TlogError(ValueError):
    """What was read cannot be relied upon. The message is one sentence."""


class MalformedError(TlogError):
    """It does not have its form."""


class UnprovenError(TlogError):
    """It has its form, and does not prove what it should."""


class MissingError(TlogError):
    """The log did not give what its checkpoint says it has."""
