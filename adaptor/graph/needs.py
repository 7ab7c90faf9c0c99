"""What an operation needs of the token and of the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from .draft import Draft


class Need(NamedTuple):
    """What an operation needs.

    Attributes:
        permissions: The permissions that the token must have.
        features: The features that the app must have from Meta's review; no token shows them.
        app: The call is made with the app's own token: `app_id` and `app_secret` of the credential.
        user: The call is made with the token of a user of the app: `user_access_token` of the credential.
        source: Meta's page.
        is_known: False if it depends on what is requested.
    """

    permissions: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    app: bool = False
    source: str = ""
    is_known: bool = True
    user: bool = False


#: What an operation needs, or a function that returns it for the operation's draft.
Needs: TypeAlias = "Need | Callable[[Draft], Need]"
