"""Graph's error codes: for each its class, whether a write may have been sent, and what to do.

This is the only place that interprets codes; `runner/docs/meanings.py` puts them into words for `adaptor docs`. The
class depends on (code, subcode) alone, never on HTTP status or text.

Sources: Meta's error table, https://developers.facebook.com/docs/messenger-platform/error-codes, and
https://developers.facebook.com/docs/graph-api/guides/error-handling, as of June 2026, checked 2026-11-24. Rows from
recorded answers of other clients are marked `PEER`, rows from general knowledge `UNCERTAIN`.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from ...core.errors import ABOUT_JOB, ABOUT_PAGE, ABOUT_PERSON, ABOUT_ROW, SENT_NO, SENT_UNKNOWN
from .errors import (
    GraphError,
    InvalidRequest,
    PermissionMissing,
    PolicyBlocked,
    RateLimited,
    RecipientUnavailable,
    TemporaryFailure,
    TokenInvalid,
    WindowClosed,
)

#: The source of a row: Meta's own table; recorded answers of other clients; general knowledge without a source.
META = "meta"
PEER = "peer"
UNCERTAIN = "uncertain"


class Rule(NamedTuple):
    """The meaning of one (code, subcode).

    Attributes:
        kind: The class of the error.
        fix: What the user should do.
        sent: What a write has sent: `no` or `unknown`.
        about: Whom the error is about, if that differs from the class.
        source: `META`, `PEER` or `UNCERTAIN`.
    """

    kind: type[GraphError]
    fix: str
    sent: str = SENT_NO
    about: str | None = None
    source: str = META

    @property
    def retry(self) -> str:
        """Whether a write with this error may be repeated.

        `wait`: it is retried automatically. `reconcile`: it may have been sent; check before it is repeated. `never`:
        it fails again until something is changed.
        """
        if self.sent == SENT_UNKNOWN:
            return "reconcile"
        return "wait" if issubclass(self.kind, RateLimited) else "never"


_NEW_TOKEN = "Put a new Page access token into the credential: adaptor config token --replace gets one."
_WINDOW = (
    "The person has to write first. Outside the 24 hours only a utility template (send_utility) "
    "or, written by a human within 7 days, the HUMAN_AGENT tag may be sent."
)
_UNREACHABLE = "The person blocked the Page, deactivated or declined. Mark them as unreachable and use another way."
_RECONCILE = "Do not send it again blindly: look in the Page's inbox, or settle it by the message's metadata."
_READ_AGAIN = "Reading again is safe: try again later."
_SLOW_DOWN = "Slow down; the call is retried automatically after a while."
_GRANT = "Grant the app `pages_messaging` for this Page and check its access level in App Review."

#: In the place of a subcode: the call carried no token.
NO_TOKEN = "no token"

#: Where the table has a rule: a code, and a subcode, a type, `NO_TOKEN` or None.
Place: TypeAlias = "tuple[int, int | str | None]"

#: A place -> the meaning of the code.
RULES: dict[Place, Rule] = {
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
    (4, 2018022): Rule(RateLimited, _SLOW_DOWN, source=PEER),
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
    (10, 2018028): Rule(
        PermissionMissing,
        "The app is not live: pass App Review, or write to people with a role on the app.",
        source=PEER,
    ),
    (10, 2018108): Rule(RecipientUnavailable, _UNREACHABLE),
    (10, 2018336): Rule(
        InvalidRequest, "The feature may not be used with people in Europe or Japan.", about=ABOUT_PERSON
    ),
    (10, 2018300): Rule(
        InvalidRequest,
        "Another app controls this conversation: take or request control.",
        about=ABOUT_PERSON,
        source=PEER,
    ),
    (10, 2534022): Rule(WindowClosed, _WINDOW),
    (10, 2534077): Rule(PermissionMissing, "Connect the account with the Page again."),
    (17, None): Rule(RateLimited, _SLOW_DOWN),
    (32, None): Rule(RateLimited, f"Use a Page access token. {_SLOW_DOWN}"),
    (100, None): Rule(InvalidRequest, "Fix the field that Meta names."),
    (100, "GraphMethodException"): Rule(
        InvalidRequest,
        "Check `app_secret` in the credential: the app asks for an appsecret_proof.",
        about=ABOUT_PAGE,
        source=UNCERTAIN,
    ),
    (100, 33): Rule(InvalidRequest, "Check the id in the call, and `page_id` in the credential."),
    # Meta's title and text for people are the same in the recorded answers of five public projects (read 2026-11-28).
    (100, 1893061): Rule(
        InvalidRequest, "Meta has ended this tag: send an approved utility template (send_utility).", source=PEER
    ),
    (100, 2018001): Rule(
        InvalidRequest, "Use the PSID that this Page knows the person by; ids are per Page.", about=ABOUT_PERSON
    ),
    (100, 2018008): Rule(InvalidRequest, "Meta could not fetch the file: check that the URL is public, with TLS."),
    (100, 2018014): Rule(InvalidRequest, "Send the message and the sender action in two calls."),
    (100, 2018034): Rule(InvalidRequest, "Give the message a text or an attachment.", source=PEER),
    (100, 2018047): Rule(InvalidRequest, "The file is not of the type that the attachment names."),
    (100, 2018074): Rule(InvalidRequest, "Upload the attachment again: ids last 90 days and belong to one Page."),
    (100, 2018109): Rule(InvalidRequest, "Make the file smaller: 8 MB for images, 25 MB for others."),
    (100, 2018164): Rule(InvalidRequest, "Check the app id to which the conversation is passed.", about=ABOUT_JOB),
    (100, 2018294): Rule(InvalidRequest, "Encode the video again, or upload it first."),
    (100, 2018320): Rule(InvalidRequest, "Check the product ids: they must be in a catalogue of this Page."),
    (100, 2018328): Rule(InvalidRequest, "Product templates need api_version v8.0 or later.", about=ABOUT_PAGE),
    (100, 2534037): Rule(InvalidRequest, "Another app owns this conversation: take or request control first."),
    (101, None): Rule(
        InvalidRequest,
        "Check `app_id`: the app's settings in the developer console show it.",
        about=ABOUT_PAGE,
        source=PEER,
    ),
    (102, None): Rule(TokenInvalid, _NEW_TOKEN, source=PEER),
    (190, None): Rule(
        TokenInvalid,
        f"{_NEW_TOKEN} Where Meta names a permission instead, grant it to the app for this Page: a new token alone "
        "does not help.",
    ),
    (190, 458): Rule(TokenInvalid, f"The app is no longer installed; log in again. {_NEW_TOKEN}"),
    (190, 459): Rule(TokenInvalid, f"The person behind the token has to log in at facebook.com. {_NEW_TOKEN}"),
    (190, 460): Rule(TokenInvalid, f"The password was changed. {_NEW_TOKEN}"),
    (190, 463): Rule(TokenInvalid, f"The token has expired. {_NEW_TOKEN}"),
    (190, 464): Rule(TokenInvalid, f"The person behind the token is not confirmed at facebook.com. {_NEW_TOKEN}"),
    (190, 467): Rule(TokenInvalid, f"The token was revoked. {_NEW_TOKEN}"),
    (190, 492): Rule(TokenInvalid, f"The person behind the token has no role on the Page any more. {_NEW_TOKEN}"),
    (194, None): Rule(InvalidRequest, "Give the list that Meta names more items.", source=UNCERTAIN),
    (200, None): Rule(PermissionMissing, _GRANT),
    (200, 1545041): Rule(RecipientUnavailable, _UNREACHABLE),
    (200, 2018021): Rule(PermissionMissing, "Write to the PSID; sending to phone numbers is closed."),
    (200, 2018027): Rule(PermissionMissing, "Write to the PSID; sending to phone numbers is closed."),
    (200, 2018028): Rule(
        PermissionMissing, "The app is not live: pass App Review, or write to people with a role on the app."
    ),
    (200, 2534041): Rule(PermissionMissing, "The account has switched off access to its messages."),
    (230, None): Rule(PermissionMissing, _GRANT, source=PEER),
    (341, None): Rule(RateLimited, _SLOW_DOWN),
    (368, None): Rule(PolicyBlocked, "Stop sending for some hours and review Meta's policies."),
    (506, None): Rule(InvalidRequest, "The same was posted a moment ago: change it, or leave it out."),
    # Not in Meta's table; seen in the wild with HTTP 400 (checked 2026-11-27).
    (546, None): Rule(InvalidRequest, "Send a file of a type that Messenger takes.", source=PEER),
    (551, None): Rule(RecipientUnavailable, _UNREACHABLE),
    (551, 1545041): Rule(RecipientUnavailable, _UNREACHABLE),
    (613, None): Rule(RateLimited, _SLOW_DOWN),
    (613, 1996): Rule(RateLimited, "Send at an even pace."),
    (613, 1893016): Rule(
        PolicyBlocked, "Do not send several opt-in requests on one topic to this person.", about=ABOUT_PERSON
    ),
    (613, 2018338): Rule(PolicyBlocked, "Meta warns of bothersome messages: send less, or the Page is restricted."),
    (613, 2534040): Rule(RateLimited, _SLOW_DOWN),
    (1200, None): Rule(TemporaryFailure, _RECONCILE, SENT_UNKNOWN, source=PEER),
    (1201, None): Rule(TemporaryFailure, _RECONCILE, SENT_UNKNOWN, source=UNCERTAIN),
    (2022, None): Rule(PolicyBlocked, "Meta has blocked this kind of message for now; appeal in the support inbox."),
    (2200, None): Rule(
        InvalidRequest,
        "Meta called the webhook and got no challenge back: check the address and the verify token.",
        about=ABOUT_PAGE,
        source=UNCERTAIN,
    ),
    # One code for two things. Meta's words may be translated, so what decides is whether the call carried a token.
    (2500, None): Rule(
        InvalidRequest,
        "Check the path and the `fields` of the call, and `api_version` in the credential. If they are right, see "
        "whether a proxy takes the Authorization header away.",
        about=ABOUT_JOB,
        source=PEER,
    ),
    (2500, NO_TOKEN): Rule(TokenInvalid, _NEW_TOKEN, source=PEER),
    (10303, None): Rule(InvalidRequest, "Start the account linking again: its token lives five minutes."),
    (10900, None): Rule(
        InvalidRequest, "This post or comment has had the one private reply that it may have.", source=UNCERTAIN
    ),
    (36000, None): Rule(InvalidRequest, "Make the image smaller: 8 MB at most.", source=PEER),
    (36103, None): Rule(PermissionMissing, "This Instagram account may not be used for messages; see its settings."),
    (80001, None): Rule(RateLimited, _SLOW_DOWN),
    (80006, None): Rule(RateLimited, "The Page has used up what it may send in 24 hours; wait as long as Meta says."),
    (1609005, None): Rule(InvalidRequest, "Meta could not read the page that the link leads to: check the address."),
    (2018144, None): Rule(
        PolicyBlocked, "The game has sent this person as many messages as it may.", about=ABOUT_PERSON
    ),
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

for _code in (2018154, 2018163, 2018166):
    RULES[_code, None] = Rule(
        InvalidRequest,
        "It is about a web view with Messenger Extensions: check its domain and address.",
        about=ABOUT_JOB,
    )
for _code in range(2018389, 2018397):
    RULES[_code, None] = Rule(InvalidRequest, "It is about calls, which this adaptor does not make.", about=ABOUT_JOB)
for _subcode in range(2534013, 2534037):
    RULES[100, _subcode] = Rule(
        InvalidRequest, "It is about a message to Instagram: see Meta's words, and check recipient and content."
    )

#: HTTP's own word for a limit, and what it means where no code of Graph's says more. The call was not carried out.
TOO_MANY_REQUESTS = 429
BARE_429 = Rule(RateLimited, _SLOW_DOWN, source=PEER)

#: The permission codes, most of which the table does not list.
_PERMISSION_CODES = range(200, 300)
#: Codes of web views with Messenger Extensions, which Meta's table gives as 20710xx.
_EXTENSION_CODES = range(2071000, 2071100)

#: Codes that carry Messenger's codes as subcodes, and the smallest of Messenger's codes: a smaller subcode is no code
#: (100/33 does not mean code 33).
_CARRIERS = (10, 100, 200, 551)
_MESSENGER_FROM = 1_000_000

#: A code that no table lists: the outcome of a write is unknown, unless the HTTP status says that it was refused.
_UNLISTED = Rule(
    GraphError, "No table of Meta's lists this code: look it up in Meta's error documentation.", SENT_UNKNOWN
)


def is_listed(code: int, subcode: int | None = None) -> bool:
    """Whether the table lists a code."""
    return rule_for(code, subcode) is not _UNLISTED


def rule_for(code: int, subcode: int | None = None, kind: str | None = None) -> Rule:
    """Return the meaning of a (code, subcode); that of the code alone if the subcode is not listed."""
    place = _find(code, subcode, kind)
    return _UNLISTED if place is None else RULES[place]


def place_of(code: int, subcode: int | None = None) -> Place:
    """Return where the table has the rule for a listed code.

    Raises:
        KeyError: The table does not list the code.
    """
    place = _find(code, subcode, None)
    if place is None:
        raise KeyError(code)
    return place


def _find(code: int, subcode: int | None, kind: str | None) -> Place | None:
    if subcode is not None and (code, subcode) in RULES:
        return code, subcode
    if subcode is not None and subcode >= _MESSENGER_FROM and code in _CARRIERS:
        # Meta also sends codes of its table as subcodes, and one subcode under several codes.
        for known in ((subcode, None), *((carrier, subcode) for carrier in _CARRIERS)):
            if known in RULES:
                return known
    if subcode is None and kind is not None and (code, kind) in RULES:
        return code, kind
    if (code, None) in RULES:
        return code, None
    if code in _EXTENSION_CODES:
        return 2018154, None
    return (200, None) if code in _PERMISSION_CODES else None


def graph_error(
    body: dict[str, Any],
    http_status: int,
    *,
    write: bool,
    retry_after: float | None = None,
    token_sent: bool = True,
) -> GraphError:
    """Return the error for an answer whose body holds an `error` object.

    Args:
        body: The `error` object.
        http_status: The answer's HTTP status. After a write, any 5xx means that it is unknown whether it was sent.
        write: Whether the call is a write.
        retry_after: Seconds that Meta's headers ask to wait.
        token_sent: Whether the call carried a token.
    """
    code, subcode = _number(body.get("code")), _number(body.get("error_subcode"))
    kind = body.get("type")
    decides = (kind if isinstance(kind, str) else None) if token_sent else NO_TOKEN
    rule = rule_for(code if code is not None else -1, subcode, decides)
    if rule is _UNLISTED and http_status == TOO_MANY_REQUESTS:
        rule = BARE_429
    words = str(body.get("message") or "an error without a message")
    error = rule.kind(words, fix=rule.fix if write else rule.fix.replace(_RECONCILE, _READ_AGAIN))
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
    # A 4xx with Meta's error is a clear refusal even if no table lists its code, unless it is marked as transient.
    is_refused = (
        400 <= http_status < 500
        and code is not None
        and code > 0
        and rule is _UNLISTED
        and body.get("is_transient") is not True
    )
    if is_refused:
        error.about = ABOUT_ROW
    if write and not is_refused and (rule.sent == SENT_UNKNOWN or http_status >= 500):
        error.sent = SENT_UNKNOWN
        error.about = ABOUT_ROW
    if isinstance(error, RateLimited):
        error.retry_after = retry_after
    return error


def _number(value: object) -> int | None:
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() else None
