"""Which Page a credential is for: the ledger files writes under the Page, not under the token."""

from __future__ import annotations

import time
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING

from ..core.digest import digest
from ..core.errors import AdaptorError, ConfigurationError
from .request import GraphRequest

if TYPE_CHECKING:
    from ..ledger.ledger import Ledger
    from .client import GraphClient

#: How often the ledger is asked for the Page of a token, which another process may have learned.
LOOK_SECONDS = 1.0


class PageIdentity:
    """The Page of one credential.

    A *page name* is the address of Graph and the Page's id. While the id is not known, it is a digest of the token.

    Args:
        client: Asks Meta for the id where it is needed.
    """

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        configuration = client.configuration
        self._base_url = configuration.base_url
        self._token_digest = digest("page", configuration.base_url, configuration.access_token)
        self._name = self._token_digest if configuration.page_id == "me" else self._name_of(configuration.page_id)
        self._checked_steps: set[str] = set()
        self._next_look = 0.0

    def name(self, ledger: Ledger, *, ask: bool) -> str:
        """Return the page name.

        Args:
            ledger: Records which token is for which Page.
            ask: Ask Meta for an unknown id. Keys, which hold across runs and tokens, need it; other sends do not wait
                for it.

        Raises:
            AdaptorError: Meta did not give the id. Nothing may be sent under another name.
        """
        name = self._own_name(ledger, ask=ask)
        if ledger.is_resumed and ledger.step not in self._checked_steps:
            self._check_same_page(ledger, name)
            self._checked_steps.add(ledger.step)
        return name

    def in_words(self) -> str:
        """Ask Meta for the Page's name and id, and return them as text for people."""
        request = GraphRequest("GET", "me", params={"fields": "id,name"})
        try:
            body = self._client.connection.exchange(request, request.encoded()).body
        except AdaptorError:
            return "that of this credential"
        return f"{body.get('name', '?')} ({body.get('id', '?')})"

    def _name_of(self, page_id: str) -> str:
        return f"{self._base_url}/{page_id}"

    def _own_name(self, ledger: Ledger, *, ask: bool) -> str:
        if self._name == self._token_digest and (ask or time.monotonic() >= self._next_look):
            # Another process may learn it, which is looked for now and then and not before each message.
            self._next_look = time.monotonic() + LOOK_SECONDS
            page_id = self._page_id_of(ledger, self._token_digest, ask=ask)
            self._name = self._name if page_id is None else self._name_of(page_id)
        return self._name

    def _page_id_of(self, ledger: Ledger, token_digest: str, *, ask: bool) -> str | None:
        """Return the id of the Page of a token, or None if the ledger does not know it and Meta is not asked."""
        page_id = ledger.store.pages.of_token(token_digest)
        if page_id is None and ask:
            page_id = self._ask_page_id()
            ledger.store.pages.learn(token_digest, page_id)
        return page_id

    def _check_same_page(self, ledger: Ledger, name: str) -> None:
        """Refuse to resume a step as another Page than the one it began as.

        Raises:
            ConfigurationError: It is another Page. If that is not known, as after a change of the token, none is.
        """
        recorded = ledger.pages_of_step()
        if not recorded or name in recorded:
            return
        ours = self._own_name(ledger, ask=True).rpartition("/")[2]
        begun_as = {
            each.rpartition("/")[2] if "/" in each else self._page_id_of(ledger, each, ask=each == self._token_digest)
            for each in recorded
        }
        if None not in begun_as and ours not in begun_as:
            raise ConfigurationError(
                f"The run was begun as the Page {', '.join(sorted(map(str, begun_as)))}, and the credential is for the "
                f"Page {ours}. Nothing was sent.",
                fix="Give the credential that the run began with.",
            )

    def _ask_page_id(self) -> str:
        request = GraphRequest("GET", "me", params={"fields": "id"}, expects=("id",))
        try:
            exchange = partial(self._client.connection.exchange, request, request.encoded())
            return str(self._client.with_retries(exchange, nullcontext, ()).body["id"])
        except AdaptorError as error:
            # Under another name a key would not be found again, and the message would be sent twice.
            error.fix = f"Nothing was sent, since Meta did not say which Page this is. {error.fix}"
            raise
