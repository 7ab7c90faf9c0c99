"""What the simulated Page knows: people, templates, credentials, and everything that has happened so far."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.state.event_log import EventLog
from adaptor.sandbox.state.objects import INBOX_APP, App, Person, Thread
from adaptor.sandbox.state.records import Action, Gesture, Incoming, Message, Refusal
from adaptor.sandbox.state.uploads import Uploads

if TYPE_CHECKING:
    from adaptor.sandbox.state.clock import Clock
    from adaptor.sandbox.state.objects import (
        Attachment,
        Comment,
        Label,
        Persona,
        Subscription,
        Token,
        UploadSession,
        UtilityTemplate,
        WelcomeFlow,
    )
    from adaptor.sandbox.state.records import Exchange, File, Request

    Record = Message | Action | Incoming | Gesture | Refusal

#: How a token starts that the sandbox has made itself: no token at Meta has this form, so a reader of a log sees that
#: it is no secret.
OWN_TOKEN: Final = "SANDBOX-"
# When a person who was not described last wrote: in the past, and within the window.
JUST_NOW = timedelta(minutes=1)
#: Under which path the sandbox shows uploaded files, as Meta's content network does.
FILES: Final = "/sandbox/files/"
#: The permissions of a token.
SCOPES: Final = (
    *("pages_show_list", "pages_messaging", "pages_manage_metadata", "pages_read_engagement"),
    *("pages_utility_messaging", "read_insights", "business_management", "public_profile"),
)
# Tests count accepted messages, so all are kept; of requests and exchanges only the newest.
_REQUESTS: Final = 100_000
_EXCHANGES: Final = 500
# The kind of event for each record.
_KINDS: Final = {
    Message: "message",
    Action: "action",
    Incoming: "incoming",
    Gesture: "gesture",
    Refusal: "refusal",
}


@dataclass
class PageState:
    """The state of a simulated Page: data only. Hold `lock` to read or change people or records."""

    clock: Clock
    page_id: str
    page_name: str
    access_token: str
    app_secret: str | None = None
    require_proof: bool = False
    development: bool = False
    anybody_exists: bool = True
    app_id: str = "1020304050607080"
    app_name: str = "Sandbox App"
    user_token: str = field(default_factory=lambda: f"SANDBOX-USER-{secrets.token_urlsafe(24)}", repr=False)
    #: Signs webhooks if no `app_secret` was given.
    spare_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    #: The address of the sandbox while it listens, else empty.
    base: str = ""
    #: The subcode with which the Page's token is refused, such as 463 (expired); None: it is accepted.
    token_subcode: int | None = None
    people: dict[str, Person] = field(default_factory=dict)
    templates: dict[tuple[str, str], UtilityTemplate] = field(default_factory=dict)
    #: The status that a new message template gets.
    approval: str = "APPROVED"
    attachments: dict[str, Attachment] = field(default_factory=dict)
    #: Accept ids of attachments and personas that were not created here: the real Page may have them.
    foreign_ids: bool = True
    personas: dict[str, Persona] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    terms_accepted: bool = True
    profile: dict[str, Any] = field(default_factory=dict)
    menus: dict[str, list[Any]] = field(default_factory=dict)
    nlp: dict[str, Any] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    #: The app that gets new conversations; None: no routing, and nobody controls one until an app answers.
    default_app: str | None = None
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    subscribed: dict[str, list[str]] = field(default_factory=dict)
    linking_tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    #: Posts and comments: their author and time, and which have had their private reply.
    posts: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    comments: dict[str, Comment] = field(default_factory=dict)
    welcome_flows: dict[str, WelcomeFlow] = field(default_factory=dict)
    upload_sessions: dict[str, UploadSession] = field(default_factory=dict)
    #: The files that were uploaded to the app, by their handles.
    handles: dict[str, File] = field(default_factory=dict)
    #: Tokens that were made here: long-lived ones of the person, and those of Pages that a short-lived one gave.
    tokens: dict[str, Token] = field(default_factory=dict, repr=False)
    #: What the person has allowed the app to do.
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    #: Other Pages that the person manages, by their ids: name and token.
    other_pages: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    messages: list[Message] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    requests: deque[Request] = field(default_factory=lambda: deque(maxlen=_REQUESTS))
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=_EXCHANGES))
    timeline: dict[str, list[Record]] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    conversations: dict[str, str] = field(default_factory=dict)
    by_id: dict[str, Message | Incoming] = field(default_factory=dict)
    reactions: dict[str, dict[str, str]] = field(default_factory=dict)
    uploads: Uploads = field(default_factory=Uploads, repr=False)
    events: EventLog = field(default_factory=EventLog, repr=False)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __post_init__(self) -> None:
        self.apps.setdefault(self.app_id, App(self.app_id, self.app_name))
        self.apps.setdefault(INBOX_APP, App(INBOX_APP, "Page Inbox"))

    @property
    def secret(self) -> str:
        """The app's secret, or the generated one."""
        return self.app_secret or self.spare_secret

    @property
    def app_token(self) -> str:
        """The app's own token."""
        return f"{self.app_id}|{self.secret}"

    @property
    def template_ids(self) -> dict[str, tuple[str, str]]:
        """The names and languages of the message templates, by their ids."""
        return {template.id: key for key, template in self.templates.items()}

    def name_of(self, thread: str) -> str:
        """Give the name of the person of a thread, or the thread's own where there is none."""
        person = self.people.get(thread)
        return (person.name if person is not None else "") or thread

    def file_url(self, file: File | None, name: str) -> str:
        """Give the address of an uploaded file, or one that does not resolve if its bytes were not stored."""
        return self.file_url_of(file.key) if file is not None and file.key else f"https://cdn.invalid/{name}"

    def file_url_of(self, key: str) -> str:
        """Give the address that serves the bytes with this key."""
        return f"{self.base}{FILES}{key}"

    def find_person(self, psid: str) -> Person | None:
        """Give the person with this id; created if `anybody_exists`, with a message from a minute ago."""
        with self.lock:
            person = self.people.get(psid)
            # An id is digits at Meta; anything else would stand in transcripts and addresses.
            if person is None and self.anybody_exists and psid.isascii() and psid.isdigit():
                person = Person(psid, "Person", psid[-4:], self.clock.now() - JUST_NOW)
                self.people[psid] = person
                self.changed("person", psid)
            return person

    def record(self, thread: str, record: Record) -> None:
        """Add a record to the thread of one person; an empty name is the thread for records of nobody."""
        with self.lock:
            self.timeline.setdefault(thread, []).append(record)
            self.index(record)
            if isinstance(record, (Message, Incoming)):
                self.touch(thread).updated_at = record.at
            self.events.add(_KINDS[type(record)], thread, record.at, record)

    def index(self, record: Record) -> None:
        """Keep `by_id` current: the newest text of an edited message, and no entry for a deleted one."""
        if isinstance(record, (Message, Incoming)):
            self.by_id[record.id] = record
        elif isinstance(record, Gesture) and record.action == "deletes":
            self.by_id.pop(record.payload["mid"], None)
        elif isinstance(record, Gesture) and record.action == "edits":
            old = self.by_id.get(record.payload["mid"])
            if isinstance(old, Incoming):
                self.by_id[old.id] = replace(old, text=record.payload["text"])

    def changed(self, kind: str, thread: str = "", what: Any = None) -> None:
        """Log a change that is not a record."""
        self.events.add(kind, thread, self.clock.now(), what)

    def touch(self, thread: str) -> Thread:
        """Give a conversation, created if it is new, and make it the newest of the list."""
        found = self.threads.pop(thread, None)
        if found is None:
            found = Thread(conversation_id(self.page_id, thread), self.clock.now())
            self.conversations[found.id] = thread
        self.threads[thread] = found
        return found

    def set_reaction(self, mid: str, actor: str, reaction: object) -> None:
        """Record how somebody reacts to a message; None takes the reaction back."""
        found = self.reactions.setdefault(mid, {})
        if reaction is None:
            found.pop(actor, None)
        else:
            found[actor] = str(reaction)


def message_id() -> str:
    """Make an id in Meta's present form: `m_` and 86 characters of base64url."""
    return f"m_{secrets.token_urlsafe(64)}"


def object_id() -> str:
    """Make an id of sixteen digits, as attachments and people have."""
    return str(secrets.randbelow(9 * 10**15) + 10**15)


def trace_id() -> str:
    """Make the id of one answer: 23 characters that start with A."""
    return f"A{secrets.token_urlsafe(16)}"


def conversation_id(page_id: str, thread: str) -> str:
    """Make the id of a conversation, the same in every run: `t_` and fifteen digits."""
    digest = hashlib.sha256(f"{page_id} {thread}".encode("utf-8", "surrogatepass")).digest()
    return f"t_{10**14 + int.from_bytes(digest[:8], 'big') % (9 * 10**14)}"


def milliseconds(at: datetime) -> int:
    """Give a time as webhooks write it."""
    return int(at.timestamp() * 1000)
