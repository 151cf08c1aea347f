"""The policy as every audience shows it."""

from typing import Any

from patronage.members import policy, profiles


def shown() -> dict[str, Any]:
    """Return what `shared/policy.html` tells."""
    return {
        "profile": profiles.profile(),
        "issuer": profiles.issuer(),
        "is_mall_only": policy.is_mall_only(),
    }
