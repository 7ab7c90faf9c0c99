"""How many examples the tests of properties try: few each time, many with `THOROUGH=1`, as the release's checks do."""

import os

from hypothesis import settings

IS_THOROUGH = bool(os.environ.get("THOROUGH"))
# Those that say no number of their own. How long one takes says more of the machine than of the code.
settings.register_profile("ours", deadline=None, database=None, **({} if IS_THOROUGH else {"max_examples": 25}))
settings.load_profile("ours")


def examples(count: int) -> int:
    """Return how many examples to try, of so many in a thorough run."""
    return count if IS_THOROUGH else max(count // 4, 3)
