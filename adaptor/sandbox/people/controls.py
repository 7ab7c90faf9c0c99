"""What a test controls in a sandbox: the clock, the people, tokens, and decisions of Meta and of other apps."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adaptor.sandbox.checker import SandboxError
from adaptor.sandbox.edges.messages.message_templates import review
from adaptor.sandbox.edges.people.thread_control import pass_control
from adaptor.sandbox.meta.errors import FAULTS
from adaptor.sandbox.meta.versions import NEWEST, named
from adaptor.sandbox.meta.webhook_fields import MESSAGING
from adaptor.sandbox.people.person import SimulatedPerson
from adaptor.sandbox.rules.access import PAGE
from adaptor.sandbox.sandbox_file import read_settings
from adaptor.sandbox.state.objects import STATUSES, App, Subscription, Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adaptor.sandbox.faults.faults import Faults
    from adaptor.sandbox.simulation import Simulation
    from adaptor.sandbox.state.objects import Person
    from adaptor.sandbox.state.page_state import PageState
    from adaptor.sandbox.webhooks.webhooks import Webhooks


class Controls:
    """The part of `Sandbox` that changes what the Page knows and how it behaves."""

    _simulation: Simulation

    @property
    def _page(self) -> PageState:
        return self._simulation.page

    @property
    def faults(self) -> Faults:
        """What goes wrong, and when."""
        return self._simulation.faults

    @property
    def webhooks(self) -> Webhooks:
        """What subscribers receive, and how."""
        return self._simulation.webhooks

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Move the clock forwards; negative numbers move it backwards."""
        with self._page.lock:
            self._page.clock.advance(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))
            self._page.changed("clock")

    def add_person(self, id: str, **details: Any) -> Person:  # noqa: A002 - the key in sandbox.json
        """Add a person.

        Args:
            id: The PSID.
            **details: As in `sandbox.json`: `first_name`, `last_message_hours_ago`, `blocked`, …

        Raises:
            SandboxError: A detail is invalid, or the id is taken.
        """
        settings = read_settings({"people": [{"id": id, **details}]}, self._page.clock.now(), "add_person")
        person = (settings.people or [])[0]
        with self._page.lock:
            if person.id in self._page.people:
                raise SandboxError(f"add_person: there is already a person with the id {person.id}")
            self._page.people[person.id] = person
            self._page.changed("person", person.id)
        return person

    def person(self, psid: str | int) -> SimulatedPerson:
        """Give one person, to read what they received and to act for them.

        Args:
            psid: The person.

        Raises:
            SandboxError: Nobody has this id.
        """
        person = self._page.find_person(str(psid))
        if person is None:
            raise SandboxError(f"nobody has the id {psid}: add the person with add_person")
        return SimulatedPerson(self._page, self.webhooks, person)

    def person_writes(self, psid: str, text: str) -> str:
        """Write to the Page as a person, which opens the window: short for `person(psid).says(text)`."""
        return self.person(psid).says(text)

    def subscribe(
        self, url: str, *, verify_token: str = "", fields: Iterable[str] = MESSAGING, handshake: bool = True
    ) -> None:
        """Subscribe an address to webhooks, as in the App Dashboard.

        Args:
            url: The address.
            verify_token: The token that the handshake sends.
            fields: The webhook fields. Default: all about messages.
            handshake: Whether to do Meta's handshake first.

        Raises:
            SandboxError: The handshake failed.
        """
        problem = self.webhooks.verify_callback(url, verify_token) if handshake else ""
        if problem:
            raise SandboxError(f"the handshake with {url} failed: {problem}")
        names = list(fields)
        with self._page.lock:
            known = dict.fromkeys(names, named(NEWEST))
            self._page.subscriptions["page"] = Subscription("page", url, verify_token, known)
            self._page.subscribed[self._page.app_id] = names
            self._page.changed("subscription")

    def expire_token(self, subcode: int | None = 463) -> None:
        """Refuse the Page's token from now on.

        Args:
            subcode: The reason: 463 expired, 460 password changed, 467 revoked; or 458, 459, 464, 492; None for none.

        Raises:
            SandboxError: The subcode is unknown.
        """
        if (190, subcode) not in FAULTS:
            there = ", ".join(str(other) for other in sorted(other for code, other in FAULTS if code == 190 and other))
            raise SandboxError(f"expire_token: the subcode must be one of {there}, or None, not {subcode!r}")
        with self._page.lock:
            self._page.token_subcode = subcode or 0
            self._page.changed("token")

    def renew_token(self) -> None:
        """Accept the Page's token again."""
        with self._page.lock:
            self._page.token_subcode = None
            self._page.changed("token")

    def grant(self, *scopes: str) -> None:
        """Set what the person has allowed the app to do: `pages_show_list`, `pages_messaging`, …"""
        with self._page.lock:
            self._page.scopes = list(scopes)
            self._page.changed("token")

    def add_page(self, id: str, name: str) -> str:  # noqa: A002 - the key in Meta's list
        """Add another Page that the person manages; give its token, for which the sandbox answers no calls."""
        token = f"SANDBOX-OTHER-{secrets.token_urlsafe(24)}"
        with self._page.lock:
            self._page.other_pages[id] = name, token
            self._page.tokens[token] = Token(PAGE, id, self._page.clock.now())
            self._page.changed("token")
        return token

    def use_flow_in_ad(self, flow_id: str) -> None:
        """Connect a welcome message flow to an ad: it cannot be changed or deleted any more.

        Raises:
            SandboxError: There is no such flow.
        """
        with self._page.lock:
            if flow_id not in self._page.welcome_flows:
                raise SandboxError(f"use_flow_in_ad: there is no welcome message flow {flow_id!r}")
            self._page.welcome_flows[flow_id].used_in_ad = True
            self._page.changed("welcome flow", what=flow_id)

    def limit_rates(self, on: bool = True, **figures: int) -> None:
        """Switch rate limits on, with Meta's figures or others (`messages_per_second=5`), or off."""
        with self._page.lock:
            self._simulation.rate_limiter.switch(on, **figures)

    def review_template(self, name: str, status: str, *, language: str | None = None, reason: str = "NONE") -> None:
        """Set the status of a message template, as Meta's reviewers do; subscribers are notified.

        Raises:
            SandboxError: The template or the status is unknown.
        """
        if status not in STATUSES:
            raise SandboxError(f"review_template: the status must be one of {', '.join(STATUSES)}, not {status!r}")
        with self._page.lock:
            found = [each for each in self._page.templates.values() if each.name == name]
            found = [each for each in found if language in {None, each.language}]
            if not found:
                raise SandboxError(f"review_template: there is no message template {name!r}")
            for each in found:
                review(self._page, self.webhooks, each, status, reason)

    def hand_over(self, psid: str, app: str, *, metadata: str | None = None) -> None:
        """Pass a conversation to an app, by its id, as another app does; this app has `app_id`."""
        with self._page.lock:
            self._page.apps.setdefault(app, App(app, f"App {app}"))
            pass_control(self._page, self.webhooks, psid, app, metadata)

    def take_over(self, psid: str, app: str, *, metadata: str | None = None) -> None:
        """Take a conversation for another app."""
        with self._page.lock:
            self._page.apps.setdefault(app, App(app, f"App {app}"))
            pass_control(self._page, self.webhooks, psid, app, metadata, taken=True)

    def ask_for_control(self, psid: str, app: str, *, metadata: str | None = None) -> None:
        """Request control of a conversation for another app."""
        content = {"requested_owner_app_id": app, **({"metadata": metadata} if metadata is not None else {})}
        with self._page.lock:
            self._page.changed("control request", psid, content)
            self.webhooks.notify("messaging_handovers", psid, {"request_thread_control": content})

    def assign_roles(self, roles: Mapping[str, list[str]]) -> None:
        """Notify the subscribers of the roles of apps, as `{"<app id>": ["primary_receiver"]}`."""
        with self._page.lock:
            self._page.changed("roles", what=dict(roles))
            self.webhooks.notify_page("messaging_handovers", {"app_roles": dict(roles)})

    def enforce_policy(self, action: str, reason: str | None = None) -> None:
        """Notify the subscribers that Meta has warned, blocked or unblocked the Page."""
        content = {"action": action, **({"reason": reason} if reason is not None else {})}
        with self._page.lock:
            self._page.changed("policy", what=content)
            self.webhooks.notify_page("messaging_policy_enforcement", {"policy_enforcement": content})
