"""Every property is tried on PATRONAGE_EXAMPLES examples (200), always the same ones."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("PATRONAGE_EXAMPLES", "200"))

settings.register_profile(
    "patronage",
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("patronage")
