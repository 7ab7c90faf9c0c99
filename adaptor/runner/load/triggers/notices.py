"""Where a service sends notices of runs that failed for good and of paused Pages, as a workflow file says."""

from __future__ import annotations

from typing import NamedTuple

#: What a notice may hold beside ids and states. `error`: the text of the error, which may hold what a person
#: wrote. `person`: the id of the person whom the run answers.
INCLUDED = ("error", "person")


class NoticeTarget(NamedTuple):
    """Where notices go.

    Attributes:
        url: An address to which they are posted; `$NAME` is the value of an environment variable; or empty.
        command: The words of a command that reads them from standard input; or empty.
        include: Which of `INCLUDED` they hold.
    """

    url: str = ""
    command: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
