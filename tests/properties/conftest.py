"""Every property is tried on PATRONAGE_EXAMPLES examples (200), always the same ones."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "patronage",
    max_examples=int(os.environ.get("PATRONAGE_EXAMPLES", "200")),
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("patronage")
