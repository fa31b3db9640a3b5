"""Settings of all tests: Hypothesis without chance of its own and without a clock."""

from hypothesis import settings

settings.register_profile("sanyu", derandomize=True, deadline=None, database=None, print_blob=True)
settings.load_profile("sanyu")
