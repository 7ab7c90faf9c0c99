"""The people whom a run writes to, limited by `--limit` and `--only-to`."""

from __future__ import annotations


class Audience:
    """The people of a run: everybody, unless `--limit` or `--only-to` says otherwise.

    Attributes:
        limit: The most people that the run writes to, or None.
        only_to: The only person that the run writes to, or None.
        left_out: The number of calls that were left out.
        left_out_before: The same, when the current item of a loop began.
    """

    def __init__(self) -> None:
        self.limit: int | None = None
        self.only_to: str | None = None
        self.left_out = 0
        self.left_out_before = 0
        self._reached: set[str] = set()

    @property
    def is_everybody(self) -> bool:
        """Whether nobody is left out."""
        return self.limit is None and self.only_to is None

    @property
    def is_partial(self) -> bool:
        """Whether calls were left out: the run is not complete and can be resumed."""
        return self.left_out > 0

    @property
    def has_reached_limit(self) -> bool:
        """Whether `limit` is reached: no further person is written to."""
        return self.limit is not None and len(self._reached) >= self.limit

    @property
    def leaves_out_item(self) -> bool:
        """Whether a call was left out in the current item, or before a statement outside of loops.

        What follows must not be recorded as done: `--resume` comes back to it.
        """
        return self.left_out > self.left_out_before

    def reach(self, recipient: str | None) -> None:
        """Count somebody in `limit` to whom an earlier attempt has sent a message: nobody leaves them out."""
        if recipient is not None:
            self._reached.add(recipient)

    def includes(self, recipient: str | None) -> bool:
        """Whether the run writes to this person. A person within the limit counts towards it; others are left out."""
        is_wanted = True
        if self.only_to is not None:
            is_wanted = recipient == self.only_to
        if is_wanted and self.limit is not None and recipient is not None and recipient not in self._reached:
            is_wanted = len(self._reached) < self.limit
            if is_wanted:
                self._reached.add(recipient)
        self.left_out += not is_wanted
        return is_wanted
