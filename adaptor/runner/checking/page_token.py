"""From a person's token to the token of a Page: the exchange, the Pages of the person, and what the token may do.

Source: https://developers.facebook.com/docs/pages/access-tokens (checked 2026-11-28). The exchange is documented as a
GET; it is made as a POST here, as OAuth 2.0 prescribes (RFC 6749, section 3.2), so that no secret is in an address.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from ...core.config import read_configuration
from ...core.errors import AdaptorError, InputError
from ...graph.answers.errors import GraphError, TokenInvalid
from ...graph.client import GraphClient
from ...graph.listing import next_place
from ...graph.request import GraphRequest
from ..problems.problems import did_you_mean
from .token import granted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...core.run.context import Run

#: What a token must be able to do: be shown the Page, and write as it.
NEEDED = ("pages_show_list", "pages_messaging")
#: What most jobs need besides.
USEFUL = ("pages_manage_metadata", "pages_read_engagement")
#: What a person must be able to do on the Page, so that the token can write as it.
TASK = "MESSAGING"

_EXPLORER = "https://developers.facebook.com/tools/explorer"
_SETTINGS = "App settings → Basic in https://developers.facebook.com/apps"
_NOTHING = "Nothing was written."


class ManagedPage(NamedTuple):
    """A Page that a person manages.

    Attributes:
        id: Its id.
        name: Its name.
        token: Its access token.
        tasks: What the person may do on it; None where Meta does not say.
    """

    id: str
    name: str
    token: str
    tasks: tuple[str, ...] | None

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"


class PageTokens:
    """Gets the tokens of the Pages that a person manages.

    Args:
        configuration: `app_id`, `app_secret`, and the settings of the connection.
        user_token: The person's token.
        run: The run, entered.
    """

    def __init__(self, configuration: Mapping[str, Any], user_token: str, run: Run) -> None:
        self._given = configuration
        self._user_token = user_token
        self._run = run
        #: The person's long-lived token, once it is known, and when it ends, in Unix seconds; 0 is never.
        self.long_lived = ""
        self.ends_at = 0

    def exchange(self) -> None:
        """Exchange the person's token for a long-lived one: only that gives a Page token that does not end.

        A token that never ends, such as that of a system user, is taken as it is.

        Raises:
            AdaptorError: Meta refuses the token, the app's id or its secret, or could not be asked.
        """
        with suppress(AdaptorError):
            known = self._facts(self._user_token, self._user_token)
            if known.get("is_valid") is True and known.get("expires_at") == 0:
                self.long_lived = self._user_token
                return
        body = {
            "grant_type": "fb_exchange_token",
            "client_id": self._given["app_id"],
            "client_secret": self._given["app_secret"],
            "fb_exchange_token": self._user_token,
        }
        request = GraphRequest(
            "POST", "oauth/access_token", {}, body, access="none", writes=False, expects=("access_token",)
        )
        try:
            answer = self._send(request, self._user_token)
        except GraphError as error:
            raise _explained(error) from None
        self.long_lived = str(answer["access_token"])
        self._run.redactor.learn((self.long_lived,))
        seconds = answer.get("expires_in")
        self.ends_at = int(self._run.now()) + seconds if isinstance(seconds, int) else 0

    def pages(self) -> list[ManagedPage]:
        """Return the Pages of the person, each with its token.

        Raises:
            InputError: There is none.
            AdaptorError: Meta said no, or could not be asked.
        """
        found: list[ManagedPage] = []
        place: dict[str, str] = {}
        while True:
            params = {"fields": "id,name,tasks,access_token", "limit": 100, **place}
            answer = self._send(GraphRequest("GET", "me/accounts", params), self.long_lived)
            entries = answer.get("data")
            for entry in entries if isinstance(entries, list) else ():
                if isinstance(entry, dict) and entry.get("id") and entry.get("access_token"):
                    found.append(_page_of(entry))
            following = next_place(answer)
            if not following or following == place:
                break
            place = following
        self._run.redactor.learn(page.token for page in found)
        if not found:
            raise self._no_pages()
        return found

    def facts(self, token: str) -> dict[str, Any]:
        """Return what Meta says of a token; nothing where it does not say."""
        try:
            return self._facts(token, self.long_lived)
        except AdaptorError as error:
            self._run.warn("config", f"what the token may do is not known. {error.headline()}")
            return {}

    def _facts(self, token: str, own: str) -> dict[str, Any]:
        request = GraphRequest("GET", "debug_token", {"input_token": token}, access="app", sealed=True)
        data = self._send(request, own).get("data")
        return data if isinstance(data, dict) else {}

    def _no_pages(self) -> InputError:
        facts = self.facts(self.long_lived)
        if facts and not granted(facts, "pages_show_list", None):
            return InputError(
                f"The token does not show any Page: it lacks the permission pages_show_list. {_NOTHING}",
                fix=f"Make the token again in {_EXPLORER}, with the permissions {', '.join(NEEDED)}.",
            )
        return InputError(
            f"The person behind the token manages no Page that the app may see. {_NOTHING}",
            fix="Make the token again and choose the Page in Facebook's dialog. The person needs a role on the Page; "
            "for a Page that belongs to a business portfolio the token needs business_management too.",
        )

    def _send(self, request: GraphRequest, token: str) -> dict[str, Any]:
        # Somebody waits at the terminal, and can start the command again.
        given = {**self._given, "access_token": token, "max_retries": 0}
        client = GraphClient(read_configuration(given), self._run)
        try:
            body = client.send(request).body
        finally:
            client.close()
        return body if isinstance(body, dict) else {}


def choose_page(pages: Sequence[ManagedPage], wanted: str) -> ManagedPage:
    """Return the Page with this id or name.

    Raises:
        InputError: There is none, or several have the name.
    """
    found = [page for page in pages if page.id == wanted.strip()]
    found = found or [page for page in pages if page.name.casefold() == wanted.strip().casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(page.id for page in found)
        raise InputError(f"{len(found)} Pages are called {wanted}. {_NOTHING}", fix=f"Give the id: {ids}.")
    listed = "\n".join(f"  {page}" for page in pages)
    hint = did_you_mean(wanted, [page.name for page in pages])
    raise InputError(
        f"None of the person's Pages is called {wanted}, or has that id. {_NOTHING}",
        fix=f"{hint} The Pages are:\n{listed}".strip(),
    )


def check_permissions(facts: Mapping[str, Any], page: ManagedPage) -> list[str]:
    """Return what the token of a Page cannot do and most jobs need.

    Raises:
        InputError: It cannot write as the Page at all.
    """
    if not facts:
        return []
    missing = [name for name in NEEDED if not granted(facts, name, page.id)]
    if missing:
        raise InputError(
            f"The token of {page} lacks {' and '.join(missing)}. {_NOTHING}",
            fix=f"Make the token again in {_EXPLORER} with {', '.join(NEEDED)}, and choose this Page in the dialog.",
        )
    warnings = []
    if page.tasks is not None and TASK not in page.tasks:
        warnings.append(f"The person may not write as this Page: its settings do not give them the task {TASK}.")
    lacks = [name for name in USEFUL if not granted(facts, name, page.id)]
    if lacks:
        what = "webhooks and conversations need them" if len(lacks) > 1 else "webhooks or conversations need it"
        warnings.append(f"The token lacks {' and '.join(lacks)}: {what}.")
    return warnings


def _page_of(entry: Mapping[str, Any]) -> ManagedPage:
    tasks = entry.get("tasks")
    known = tuple(map(str, tasks)) if isinstance(tasks, list) else None
    return ManagedPage(str(entry["id"]), str(entry.get("name") or entry["id"]), str(entry["access_token"]), known)


def _explained(error: GraphError) -> AdaptorError:
    """Return the error of an exchange with what it means there."""
    if error.code == 1:
        what = "the app's secret, or could not check it"
        fix = f"{_SETTINGS} shows the secret of the app. If it is right, try again later."
    elif error.code == 101:
        what, fix = "the app's id", f"{_SETTINGS} shows it."
    elif isinstance(error, TokenInvalid):
        what = "the person's token"
        fix = (
            f"Make a new one in {_EXPLORER}, as a user token of this app: it ends after an hour or two, and a token of "
            "another app or of a Page cannot be exchanged."
        )
    else:
        return error
    return InputError(f"Meta does not accept {what}: {error.message} (code {error.code}). {_NOTHING}", fix=fix)
