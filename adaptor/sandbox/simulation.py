"""One simulated Page: what it knows, and what acts on that.

The state holds data only. Its engines are faults, rate limits and webhooks; a function gets only those that it uses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adaptor.sandbox.faults.faults import Faults
from adaptor.sandbox.rules.rate_limits import RateLimiter
from adaptor.sandbox.webhooks.webhooks import Webhooks

if TYPE_CHECKING:
    from adaptor.sandbox.state.page_state import PageState


@dataclass
class Simulation:
    """A Page and its engines.

    Attributes:
        page: The state of the Page.
        faults: What goes wrong, and when.
        rate_limiter: Counts calls while rate limits are on.
        webhooks: What subscribers receive, and how.
    """

    page: PageState
    faults: Faults = field(default_factory=Faults)
    rate_limiter: RateLimiter = field(init=False)
    webhooks: Webhooks = field(init=False)

    def __post_init__(self) -> None:
        self.rate_limiter = RateLimiter(self.page)
        self.webhooks = Webhooks(self.page)
