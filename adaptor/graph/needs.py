"""What an operation needs of the token and of the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from .draft import Draft


class Need(NamedTuple):
    """What an operation needs.

    Attributes:
        permissions: What the token must be granted.
        features: What the app must pass in Meta's review besides; no token shows it.
        app: The call is made with the app's own token: `app_id` and `app_secret` of the credential.
        source: Meta's page.
        is_known: False where it depends on what is asked for.
    """

    permissions: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    app: bool = False
    source: str = ""
    is_known: bool = True


#: What an operation needs, or a function that says it of the operation's draft.
Needs: TypeAlias = "Need | Callable[[Draft], Need]"
