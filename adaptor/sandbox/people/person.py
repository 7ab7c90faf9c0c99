"""A person of the sandbox who acts: `sandbox.person("6543210987654321").says("hi")`.

The subscribers of the Page receive each act as the webhook that Meta sends for it.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adaptor.sandbox.checker import SandboxError
from adaptor.sandbox.edges.people.account_linking import create_linking_token
from adaptor.sandbox.edges.people.thread_control import give_control
from adaptor.sandbox.meta import limits
from adaptor.sandbox.people.tappable import Tappable, find_tappable
from adaptor.sandbox.rules.windows import time_left
from adaptor.sandbox.state.page_state import message_id, milliseconds, object_id
from adaptor.sandbox.state.records import Gesture, Incoming, Message
from adaptor.sandbox.webhooks.receipts import name_reaction, sticker_attachments

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from adaptor.sandbox.state.objects import Person
    from adaptor.sandbox.state.page_state import PageState
    from adaptor.sandbox.webhooks.webhooks import Webhooks


class SimulatedPerson:
    """One person: read what they received, and act for them.

    Args:
        page: The state of the Page.
        webhooks: Notify the subscribers of the Page.
        person: The person.
    """

    def __init__(self, page: PageState, webhooks: Webhooks, person: Person) -> None:
        self._page = page
        self._webhooks = webhooks
        self._person = person

    def __repr__(self) -> str:
        return f"<{self._person.name or 'Somebody'} ({self.id})>"

    @property
    def id(self) -> str:
        """The PSID."""
        return self._person.id

    @property
    def name(self) -> str:
        """The full name, or an empty string."""
        return self._person.name

    @property
    def received(self) -> list[Message]:
        """The messages that the Page sent to this person, oldest first."""
        with self._page.lock:
            return [each for each in self._page.timeline.get(self.id, []) if isinstance(each, Message)]

    @property
    def last(self) -> Message:
        """The newest message that the Page sent to this person.

        Raises:
            SandboxError: There is none.
        """
        with self._page.lock:
            for each in reversed(self._page.timeline.get(self.id, [])):
                if isinstance(each, Message):
                    return each
        raise SandboxError(f"{self!r} has received no message yet")

    @property
    def window_left(self) -> timedelta | None:
        """The time until the 24-hour window closes; None if it is closed."""
        return time_left(self._person, self._page.clock.now())

    def says(self, text: str, *, reply_to: str | Message | None = None) -> str:
        """Write a text, which opens the window; give the id of the message.

        Args:
            text: What they write.
            reply_to: The message that they quote.
        """
        payload: dict[str, Any] = {}
        if reply_to is not None:
            payload["reply_to"] = self._quote(reply_to)
        command = text[1:].split(" ", 1)[0] if text.startswith("/") else ""
        if command and any(
            command == each.get("name")
            for menu in self._page.profile.get("commands", [])
            for each in menu.get("commands", [])
        ):
            payload["commands"] = [{"name": command}]
        return self._write(text, payload)

    def taps(self, title: str) -> str:
        """Tap the newest quick reply or button with this title.

        Also an item of the persistent menu, an ice breaker, or Get Started, if the person sees it.

        Args:
            title: Its title.

        Returns:
            The id of the message or postback; for a button that opens a page, the address.

        Raises:
            SandboxError: Nothing has that title; the error lists the titles.
        """
        with self._page.lock:
            taps = find_tappable(self._page, self.id)
            found = next((tap for tap in taps if tap.title == title), None)
            if found is None:
                titles = ", ".join(repr(title) for title in dict.fromkeys(tap.title for tap in taps))
                raise SandboxError(f"{self!r} cannot tap {title!r}; the person can tap {titles or 'nothing'}")
            return self.presses(found)

    def starts(self) -> str:
        """Tap Get Started."""
        payload = self._page.profile.get("get_started", {}).get("payload")
        if payload is None:
            raise SandboxError("the Page has no Get Started button: set get_started in its Messenger profile")
        return self.presses(Tappable("postback", "Get Started", str(payload)))

    def sends_photo(self, url: str = "https://example.com/photo.jpg") -> str:
        """Send a picture."""
        return self.sends_attachment("image", {"url": url})

    def sends_video(self, url: str = "https://example.com/video.mp4") -> str:
        """Send a video."""
        return self.sends_attachment("video", {"url": url})

    def sends_audio(self, url: str = "https://example.com/voice.mp3") -> str:
        """Send a voice message."""
        return self.sends_attachment("audio", {"url": url})

    def sends_file(self, url: str = "https://example.com/file.pdf") -> str:
        """Send a file."""
        return self.sends_attachment("file", {"url": url})

    def sends_location(self, latitude: float, longitude: float) -> str:
        """Send a location, as older clients do."""
        return self.sends_attachment("location", {"coordinates": {"lat": latitude, "long": longitude}})

    def sends_attachment(self, kind: str, payload: dict[str, Any]) -> str:
        """Send an attachment of another type: `reel`, `ig_post`, `appointment_booking`, `fallback`, …"""
        return self._write("", {"attachments": [{"type": kind, "payload": payload}]})

    def sends_sticker(self, sticker_id: int = 369239263222822) -> str:
        """Send a sticker; the default is the thumb."""
        return self._write("", sticker_attachments(self._page, sticker_id))

    def reacts(self, emoji: str = "❤", *, to: str | Message | None = None) -> None:
        """React to a message, by default the newest from the Page; a reaction opens the window."""
        mid = self._mid(to)
        with self._page.lock:
            self._page.set_reaction(mid, self.id, emoji)
            content = {"reaction": name_reaction(emoji), "emoji": emoji, "action": "react", "mid": mid}
            self._act("react", "message_reactions", {"reaction": content}, opens=True)

    def unreacts(self, *, to: str | Message | None = None) -> None:
        """Take the reaction back."""
        mid = self._mid(to)
        with self._page.lock:
            emoji = self._page.reactions.get(mid, {}).get(self.id, "")
            self._page.set_reaction(mid, self.id, None)
            self._gesture("unreact", {"mid": mid})
            content = {"reaction": name_reaction(emoji), "emoji": emoji, "action": "unreact", "mid": mid}
            self._webhooks.notify("message_reactions", self.id, {"reaction": content})

    def edits(self, text: str, mid: str | None = None) -> None:
        """Edit a message of this person, by default the newest."""
        with self._page.lock:
            old = self._own(mid)
            count = 1 + sum(
                isinstance(each, Gesture) and each.action == "edits" and each.payload["mid"] == old.id
                for each in self._page.timeline[self.id]
            )
            content = {"mid": old.id, "text": text, "num_edit": count}
            self._act("edits", "message_edits", {"message_edit": content})

    def deletes(self, mid: str | None = None) -> None:
        """Delete a message of this person, by default the newest."""
        with self._page.lock:
            old = self._own(mid)
            self._gesture("deletes", {"mid": old.id})
            self._webhooks.notify("messages", self.id, {"message": {"mid": old.id, "is_deleted": True}})

    def reads(self) -> None:
        """Read the conversation: all its messages count as read."""
        with self._page.lock:
            now = self._page.clock.now()
            self._page.touch(self.id).read_at = now
            self._page.events.add("read", self.id, now)
            self._webhooks.notify("message_reads", self.id, {"read": {"watermark": milliseconds(now)}})

    def blocks(self) -> None:
        """Block the Page, which can no longer write to this person."""
        self._set("blocks", blocked=True)

    def unblocks(self) -> None:
        """Unblock the Page."""
        self._set("unblocks", blocked=False)

    def reports(self) -> None:
        """Report the conversation."""
        with self._page.lock:
            self._gesture("reports", {})

    def goes_away(self) -> None:
        """Leave messages unread, until this person `reads` or writes."""
        self._set("goes away", away=True)

    def follows_link(self, ref: str, *, source: str = "SHORTLINK", **details: Any) -> None:
        """Open the conversation from an m.me link or an ad (`source="ADS"`, `ad_id=…`)."""
        content = {"ref": ref, "source": source, "type": "OPEN_THREAD", **details}
        with self._page.lock:
            is_known = self.id in self._page.threads
            self._act("referral", "messaging_referrals", {"referral": content}, opens=is_known)

    def opts_in(self, ref: str, **details: Any) -> None:
        """Opt in through a plugin, or to notifications with Meta's keys for them as details."""
        content = {"ref": ref, **details} if "type" not in details else {"payload": ref, **details}
        self._act("optin", "messaging_optins", {"optin": content})

    def links_account(self, authorization_code: str = "") -> None:
        """Complete the login on the page that the account-linking button opened."""
        with self._page.lock:
            self._person.linked = authorization_code
            content = {"status": "linked", **({"authorization_code": authorization_code} if authorization_code else {})}
            self._gesture("links", content)
            self._page.changed("person", self.id)
            self._webhooks.notify("messaging_account_linking", self.id, {"account_linking": content})

    def unlinks_account(self) -> None:
        """Log out."""
        with self._page.lock:
            self._person.linked = None
            self._gesture("unlinks", {"status": "unlinked"})
            self._page.changed("person", self.id)
            self._webhooks.notify("messaging_account_linking", self.id, {"account_linking": {"status": "unlinked"}})

    def gives_feedback(self, score: int | str, comment: str | None = None) -> None:
        """Answer the question of the newest customer feedback template."""
        with self._page.lock:
            question = self._question()
            answer: dict[str, Any] = {"type": question["type"], "payload": str(score)}
            if comment is not None:
                answer["follow_up"] = {"type": "free_form", "payload": comment}
            content = {"feedback_screens": [{"screen_id": 0, "questions": {question["id"]: answer}}]}
            self._gesture("feedback", {**content, "text": comment or str(score)})
            self._webhooks.notify("messaging_feedback", self.id, {"messaging_feedback": content})

    def rates(self, good: bool, *, of: str | Message | None = None) -> None:
        """Rate a message with the thumbs below it."""
        content = {"feedback": "Good response" if good else "Bad response", "mid": self._mid(of)}
        self._act("thumbs", "response_feedback", {"response_feedback": content})

    def gives_details(self, details: Mapping[str, str], *, screen: str = "Add address") -> None:
        """Fill in the form of a customer information template."""
        answers = [{"key": key, "value": value} for key, value in details.items()]
        content = {"screens": [{"screen_id": screen, "responses": answers}]}
        self._act("details", "messaging_customer_information", {"messaging_customer_information": content})

    def submits_form(self, form_id: str) -> None:
        """Submit an instant form."""
        self._act("form", "messaging_in_thread_lead_form_submit", {"form": {"id": form_id}})

    def sends_cart(self, products: list[dict[str, Any]], note: str = "") -> None:
        """Send a cart with products."""
        self._act("cart", "send_cart", {"order": {"products": products, "note": note}}, opens=True)

    def uses_coupon(self, code: str, payload: str = "") -> None:
        """Reveal the code of a coupon."""
        content = {"type": "coupon", "payload": payload, "coupon_code": code}
        self._act("coupon", "messages", {"template": content}, opens=True)

    def plays(self, game_id: str, **details: Any) -> None:
        """Play a round of an instant game."""
        content = {"game_id": game_id, "player_id": self.id, **details}
        self._act("game", "messaging_game_plays", {"game_play": content})

    def comments(self, text: str = "") -> str:
        """Comment on a post of the Page, which allows one private reply; give the comment's id."""
        with self._page.lock:
            comment = f"{object_id()}_{object_id()}"
            self._page.posts[comment] = (self.id, self._page.clock.now())
            self._gesture("comments", {"id": comment, "text": text})
        return comment

    def _write(self, text: str, payload: dict[str, Any], postback: dict[str, str] | None = None) -> str:
        page, webhooks = self._page, self._webhooks
        with page.lock:
            now = page.clock.now()
            kind = "message" if postback is None else "postback"
            incoming = Incoming(message_id(), self.id, now, text, payload, kind)
            if self._person.blocked:
                raise SandboxError(f"{self!r} has blocked the Page: call `unblocks()` first")
            self._person.last_message_at, self._person.away = now, False
            page.changed("person", self.id)
            page.record(self.id, incoming)
            thread = page.threads[self.id]
            thread.read_at, thread.unread = now, thread.unread + 1
            if self._person.banned:
                return incoming.id
            owner = thread.owned_by(now)
            if owner is not None:
                # Control expires a day after the last message.
                give_control(page, self.id, owner, max(limits.CONTROL_LIFE, (thread.owner_until or now) - now))
            elif page.default_app is not None:
                give_control(page, self.id, page.default_app)
            if postback is not None:
                webhooks.notify("messaging_postbacks", self.id, {"postback": {"mid": incoming.id, **postback}})
            else:
                message = {"mid": incoming.id, **({"text": text} if text else {}), **payload}
                webhooks.notify("messages", self.id, {"message": message})
        return incoming.id

    def presses(self, tap: Tappable) -> str:
        """Tap this element; gives what `taps` gives."""
        if tap.kind == "quick_reply":
            return self._write(tap.says or tap.title, {"quick_reply": {"payload": tap.payload}})
        if tap.kind == "postback":
            return self._write(tap.says or tap.title, {}, {"title": tap.title, "payload": tap.payload})
        if tap.kind == "account_unlink":
            self.unlinks_account()
            return ""
        address = tap.payload
        with self._page.lock:
            if tap.kind == "account_link":
                # By this token the login page can read the person's PSID.
                joint = "&" if "?" in address else "?"
                address = f"{address}{joint}account_linking_token={create_linking_token(self._page, self.id)}"
            # To open a page sends no message and opens no window.
            self._gesture("opens", {"text": tap.payload})
        return address

    def _act(self, action: str, field: str, content: dict[str, Any], *, opens: bool = False) -> None:
        with self._page.lock:
            self._gesture(action, next(iter(content.values())), opens=opens)
            self._webhooks.notify(field, self.id, content)

    def _gesture(self, action: str, payload: dict[str, Any], *, opens: bool = False) -> None:
        now = self._page.clock.now()
        if opens:
            self._person.last_message_at = now
            self._page.changed("person", self.id)
        self._page.record(self.id, Gesture(self.id, now, action, payload))

    def _set(self, action: str, **values: bool) -> None:
        with self._page.lock:
            for name, value in values.items():
                setattr(self._person, name, value)
            self._page.changed("person", self.id)
            self._gesture(action, {})

    def _mid(self, message: str | Message | None) -> str:
        return message if isinstance(message, str) else (message or self.last).id

    def _quote(self, message: str | Message) -> dict[str, Any]:
        mid = self._mid(message)
        return {"mid": mid, "is_self_reply": isinstance(self._page.by_id.get(mid), Incoming)}

    def _own(self, mid: str | None) -> Incoming:
        for each in reversed(self._page.timeline.get(self.id, [])):
            # `by_id` has no deleted message.
            if isinstance(each, Incoming) and mid in {None, each.id} and each.id in self._page.by_id:
                return each
        raise SandboxError(f"{self!r} has written no such message")

    def _question(self) -> dict[str, Any]:
        for message in reversed(self.received):
            if message.attached.get("template_type") == "customer_feedback":
                question: dict[str, Any] = message.attached["feedback_screens"][0]["questions"][0]
                return question
        raise SandboxError(f"{self!r} was not asked for feedback")
