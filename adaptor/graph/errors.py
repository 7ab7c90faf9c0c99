"""What Graph says when it says no: the codes, what each means, and what was sent by then.

```
GraphError
├── TokenInvalid            get a new Page access token
├── PermissionMissing       grant a permission, or pass App Review
├── WindowClosed            the 24 hours are over: wait, or send a utility message
├── RecipientUnavailable    the person blocked the Page, left or declined: mark as unreachable
├── InvalidRequest          fix the request
├── PolicyBlocked           stop sending and read the Page's support inbox
├── RateLimited             wait; nothing was sent
└── TemporaryFailure        Meta's side; on a write nobody knows whether it was sent
```

The class is decided by (code, subcode) alone, never by HTTP status or text: `RULES` is the only place where codes are
read. Sources: Meta's error table, https://developers.facebook.com/docs/messenger-platform/error-codes, and
https://developers.facebook.com/docs/graph-api/guides/error-handling, as of June 2026, checked 2026-11-23. Rows marked
`peer` come from other clients' recorded answers, rows marked `uncertain` from general knowledge.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..core.errors import ABOUT_JOB, ABOUT_PAGE, ABOUT_PERSON, ABOUT_ROW, SENT_NO, SENT_UNKNOWN, AdaptorError


class GraphError(AdaptorError):
    """Graph answered with an error.

    Attributes:
        code: Graph's code, such as 551.
        subcode: Graph's subcode, such as 1545041, or None.
        type: Graph's type, such as `OAuthException`.
        message: Graph's own words.
        user_title: What Graph would show a user as the title, or None.
        user_message: What Graph would show a user, or None.
        fbtrace_id: The id under which Meta's support finds the call, or None.
        http_status: The HTTP status of the answer.
    """

    about_sending = True
    code: Any = None
    subcode: int | None = None
    type: str | None = None
    message: str = ""
    user_title: str | None = None
    user_message: str | None = None
    fbtrace_id: str | None = None
    http_status: int | None = None

    def headline(self) -> str:
        """Return Graph's words and codes on one line."""
        codes = f"code {self.code}" + (f", subcode {self.subcode}" if self.subcode else "")
        trace = f", fbtrace_id {self.fbtrace_id}" if self.fbtrace_id else ""
        words = f"{self.message} {self.user_message}" if self.user_message else self.message
        return f"Meta answered: {words} ({codes}{trace})"

    def facts(self) -> dict[str, Any]:
        """Return the error as JSON, with Graph's own fields."""
        own = ("subcode", "type", "user_title", "user_message", "fbtrace_id", "http_status")
        return {**super().facts(), **{name: getattr(self, name) for name in own if getattr(self, name) is not None}}


class TokenInvalid(GraphError):
    """The access token is wrong, expired or revoked."""

    about = ABOUT_PAGE


class PermissionMissing(GraphError):
    """The app or the token lacks a permission, a feature or an access level."""

    about = ABOUT_PAGE


class WindowClosed(GraphError):
    """The person has not written within the time that this kind of message needs."""

    about = ABOUT_PERSON


class RecipientUnavailable(GraphError):
    """The person cannot receive messages from this Page."""

    about = ABOUT_PERSON


class InvalidRequest(GraphError):
    """Graph does not accept the request as it is."""

    about = ABOUT_ROW


class PolicyBlocked(GraphError):
    """Meta has restricted the Page or this kind of message."""

    about = ABOUT_PAGE


class RateLimited(GraphError):
    """Too many calls; nothing was sent.

    Attributes:
        retry_after: Seconds until Meta answers again, where its headers say so, or None.
    """

    about = ABOUT_PAGE
    retry_after: float | None = None


class TemporaryFailure(GraphError):
    """Something went wrong on Meta's side."""

    about = ABOUT_ROW


class Rule(NamedTuple):
    """What one (code, subcode) means."""

    kind: type[GraphError]
    fix: str
    #: What a write is known to have sent.
    sent: str = SENT_NO
    #: Whom it is about, where that differs from the class.
    about: str | None = None


_NEW_TOKEN = "Get a new Page access token and put it into the credential."
_WINDOW = (
    "The person has to write first. Outside the 24 hours only a utility template (send_utility) "
    "or, written by a human within 7 days, the HUMAN_AGENT tag may be sent."
)
_UNREACHABLE = "The person blocked the Page, deactivated or declined. Mark them as unreachable and use another way."
_RECONCILE = "Do not send it again blindly: look in the Page's inbox, or settle it by the message's metadata."
_SLOW_DOWN = "Slow down; the call is repeated by itself after a while."
_GRANT = "Grant the app `pages_messaging` for this Page and check its access level in App Review."

#: (code, subcode or type or None) -> what it means.
RULES: dict[tuple[int, int | str | None], Rule] = {
    (1, None): Rule(TemporaryFailure, _RECONCILE, SENT_UNKNOWN),
    (1, 99): Rule(PermissionMissing, "Check Advanced Access and the business verification of the app."),
    (1, 1357046): Rule(TemporaryFailure, f"Meta documents that messages may have gone out. {_RECONCILE}", SENT_UNKNOWN),
    (1, 2018382): Rule(InvalidRequest, "Use the id of an instant form that may be shown in a conversation."),
    (2, None): Rule(TemporaryFailure, f"See metastatus.com. {_RECONCILE}", SENT_UNKNOWN),
    (2, 2018344): Rule(
        PermissionMissing, "A Page admin has to accept the Page Contact Terms before labels can be used."
    ),
    (3, None): Rule(PermissionMissing, "The app lacks the capability for this call; see its permissions."),
    (4, None): Rule(RateLimited, _SLOW_DOWN),
    (4, 2018022): Rule(RateLimited, _SLOW_DOWN),  # peer
    (4, 2018354): Rule(
        PolicyBlocked, "Wait until the next_eligible_time of this person's notifications.", about=ABOUT_PERSON
    ),
    (9, 2018352): Rule(PolicyBlocked, "Ask this person for opt-ins less often.", about=ABOUT_PERSON),
    (10, None): Rule(PermissionMissing, _GRANT),
    (10, 1404170): Rule(PolicyBlocked, "The Page may not ask for opt-ins; stop sending this topic."),
    (10, 1893015): Rule(PolicyBlocked, "The person stopped this topic; do not send it to them.", about=ABOUT_PERSON),
    (10, 1893063): Rule(PolicyBlocked, "Stop sending and read the Page's support inbox."),
    (10, 2018278): Rule(WindowClosed, _WINDOW),
    (10, 2018065): Rule(WindowClosed, _WINDOW),
    (10, 2018028): Rule(  # peer
        PermissionMissing, "The app is not live: pass App Review, or write to people with a role on the app."
    ),
    (10, 2018108): Rule(RecipientUnavailable, _UNREACHABLE),
    (10, 2018336): Rule(
        InvalidRequest, "The feature may not be used with people in Europe or Japan.", about=ABOUT_PERSON
    ),
    (10, 2534022): Rule(WindowClosed, _WINDOW),
    (10, 2534077): Rule(PermissionMissing, "Connect the account with the Page again."),
    (17, None): Rule(RateLimited, _SLOW_DOWN),
    (32, None): Rule(RateLimited, f"Use a Page access token. {_SLOW_DOWN}"),
    (100, None): Rule(InvalidRequest, "Fix the field that Meta names."),
    (100, "GraphMethodException"): Rule(  # uncertain
        InvalidRequest, "Check `app_secret` in the credential: the app asks for an appsecret_proof.", about=ABOUT_PAGE
    ),
    (100, 33): Rule(InvalidRequest, "Check the id in the call, and `page_id` in the credential."),
    (100, 2018001): Rule(
        InvalidRequest, "Use the PSID that this Page knows the person by; ids are per Page.", about=ABOUT_PERSON
    ),
    (100, 2018008): Rule(InvalidRequest, "Meta could not fetch the file: check that the URL is public, with TLS."),
    (100, 2018014): Rule(InvalidRequest, "Send the message and the sender action in two calls."),
    (100, 2018034): Rule(InvalidRequest, "Give the message a text or an attachment."),  # peer
    (100, 2018047): Rule(InvalidRequest, "The file is not of the type that the attachment names."),
    (100, 2018074): Rule(InvalidRequest, "Upload the attachment again: ids last 90 days and belong to one Page."),
    (100, 2018109): Rule(InvalidRequest, "Make the file smaller: 8 MB for images, 25 MB for others."),
    (100, 2018164): Rule(InvalidRequest, "Check the app id to which the conversation is passed.", about=ABOUT_JOB),
    (100, 2018294): Rule(InvalidRequest, "Encode the video again, or upload it first."),
    (100, 2018320): Rule(InvalidRequest, "Check the product ids: they must be in a catalogue of this Page."),
    (100, 2018328): Rule(InvalidRequest, "Product templates need api_version v8.0 or later.", about=ABOUT_PAGE),
    (100, 2534037): Rule(InvalidRequest, "Another app owns this conversation: take or request control first."),
    (102, None): Rule(TokenInvalid, _NEW_TOKEN),  # peer
    (190, None): Rule(TokenInvalid, _NEW_TOKEN),
    (190, 458): Rule(TokenInvalid, f"The app is no longer installed; log in again. {_NEW_TOKEN}"),
    (190, 459): Rule(TokenInvalid, f"The person behind the token has to log in at facebook.com. {_NEW_TOKEN}"),
    (190, 460): Rule(TokenInvalid, f"The password was changed. {_NEW_TOKEN}"),
    (190, 463): Rule(TokenInvalid, f"The token has expired. {_NEW_TOKEN}"),
    (190, 464): Rule(TokenInvalid, f"The person behind the token is not confirmed at facebook.com. {_NEW_TOKEN}"),
    (190, 467): Rule(TokenInvalid, f"The token was revoked. {_NEW_TOKEN}"),
    (190, 492): Rule(TokenInvalid, f"The person behind the token has no role on the Page any more. {_NEW_TOKEN}"),
    (194, None): Rule(InvalidRequest, "Give the list that Meta names more items."),  # uncertain
    (200, None): Rule(PermissionMissing, _GRANT),
    (200, 1545041): Rule(RecipientUnavailable, _UNREACHABLE),
    (200, 2018021): Rule(PermissionMissing, "Write to the PSID; sending to phone numbers is closed."),
    (200, 2018027): Rule(PermissionMissing, "Write to the PSID; sending to phone numbers is closed."),
    (200, 2018028): Rule(
        PermissionMissing, "The app is not live: pass App Review, or write to people with a role on the app."
    ),
    (200, 2534041): Rule(PermissionMissing, "The account has switched off access to its messages."),
    (230, None): Rule(PermissionMissing, _GRANT),  # peer
    (341, None): Rule(RateLimited, _SLOW_DOWN),
    (368, None): Rule(PolicyBlocked, "Stop sending for some hours and review Meta's policies."),
    (551, None): Rule(RecipientUnavailable, _UNREACHABLE),
    (551, 1545041): Rule(RecipientUnavailable, _UNREACHABLE),
    (613, None): Rule(RateLimited, _SLOW_DOWN),
    (613, 1996): Rule(RateLimited, "Send at an even pace."),
    (613, 1893016): Rule(
        PolicyBlocked, "Do not send several opt-in requests on one topic to this person.", about=ABOUT_PERSON
    ),
    (613, 2018338): Rule(PolicyBlocked, "Meta warns of bothersome messages: send less, or the Page is restricted."),
    (613, 2534040): Rule(RateLimited, _SLOW_DOWN),
    (1200, None): Rule(TemporaryFailure, _RECONCILE, SENT_UNKNOWN),  # peer
    (1201, None): Rule(TemporaryFailure, _RECONCILE, SENT_UNKNOWN),  # uncertain
    (2022, None): Rule(PolicyBlocked, "Meta has blocked this kind of message for now; appeal in the support inbox."),
    (2200, None): Rule(  # uncertain
        InvalidRequest,
        "Meta called the webhook and got no challenge back: check the address and the verify token.",
        about=ABOUT_PAGE,
    ),
    (2500, None): Rule(TokenInvalid, f"{_NEW_TOKEN} If the token is good, check the path of the call."),  # peer
    (10303, None): Rule(InvalidRequest, "Start the account linking again: its token lives five minutes."),
    (10900, None): Rule(
        InvalidRequest, "This post or comment has had the one private reply that it may have."
    ),  # uncertain
    (36000, None): Rule(InvalidRequest, "Make the image smaller: 8 MB at most."),  # peer
    (80001, None): Rule(RateLimited, _SLOW_DOWN),
    (80006, None): Rule(RateLimited, "The Page has used up what it may send in 24 hours; wait as long as Meta says."),
    (2018171, None): Rule(InvalidRequest, "Only the primary receiver may do this.", about=ABOUT_PAGE),
    (2018218, None): Rule(InvalidRequest, "This person has no profile; go on without a name.", about=ABOUT_PERSON),
    (2018234, None): Rule(InvalidRequest, "Only a secondary receiver may do this.", about=ABOUT_PAGE),
    (2018247, None): Rule(PermissionMissing, "The app may not read this profile; go on without a name."),
    (2018300, None): Rule(
        InvalidRequest, "Another app controls this conversation: take or request control.", about=ABOUT_PERSON
    ),
    (2018321, None): Rule(
        InvalidRequest, "An automated question flow controls this conversation; wait.", about=ABOUT_PERSON
    ),
    (9000001, None): Rule(InvalidRequest, "The message was deleted, or is older than the newest 20."),
}
for _code in (2018173, 2018175, *range(2018182, 2018189)):
    RULES[_code, None] = Rule(
        InvalidRequest, "A media template takes one element: an attachment_id of this Page, or a facebook.com address."
    )

#: All permission codes that the table does not name one by one.
_PERMISSION_CODES = range(200, 300)

#: A code that stands in no table: nobody knows what a write did.
_UNLISTED = Rule(
    GraphError, "This code is in no table of Meta's: look it up in Meta's error documentation.", SENT_UNKNOWN
)


def rule_for(code: int, subcode: int | None = None, kind: str | None = None) -> Rule:
    """Return what a (code, subcode) means; a subcode that is not listed means what its code means."""
    if subcode is not None and (code, subcode) in RULES:
        return RULES[code, subcode]
    if subcode is None and kind is not None and (code, kind) in RULES:
        return RULES[code, kind]
    if (code, None) in RULES:
        return RULES[code, None]
    return RULES[200, None] if code in _PERMISSION_CODES else _UNLISTED


def graph_error(body: dict[str, Any], http_status: int, *, write: bool, retry_after: float | None = None) -> GraphError:
    """Return the error for an answer whose body holds an `error` object.

    Args:
        body: The `error` object.
        http_status: The answer's HTTP status. Any 5xx on a write means that nobody knows whether it was sent.
        write: Whether the call would have changed something.
        retry_after: Seconds that Meta's usage headers ask to wait.
    """
    code, subcode = _number(body.get("code")), _number(body.get("error_subcode"))
    kind = body.get("type")
    rule = rule_for(code if code is not None else -1, subcode, kind if isinstance(kind, str) else None)
    words = str(body.get("message") or "an error without words")
    error = rule.kind(words, fix=rule.fix)
    error.code = code
    error.subcode = subcode
    error.type = kind
    error.message = words
    error.user_title = body.get("error_user_title")
    error.user_message = body.get("error_user_msg")
    error.fbtrace_id = body.get("fbtrace_id")
    error.http_status = http_status
    if rule.about is not None:
        error.about = rule.about
    if write and (rule.sent == SENT_UNKNOWN or http_status >= 500):
        error.sent = SENT_UNKNOWN
        error.about = ABOUT_ROW
    if isinstance(error, RateLimited):
        error.retry_after = retry_after
    return error


def _number(value: object) -> int | None:
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() else None
