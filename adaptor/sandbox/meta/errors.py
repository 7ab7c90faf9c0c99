"""Meta's refusals: each with its code, subcode and words in one table.

The words are Meta's own where a recorded answer or the error table of the documentation gives them
(https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes, checked 2026-11).
Where only the code is documented, the comment says that the words are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_OAUTH = "OAuthException"
_METHOD = "GraphMethodException"
_DOCUMENTATION = "Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api"


@dataclass(frozen=True)
class GraphError:
    """One `error` object of Graph, without its trace id."""

    code: int
    message: str
    subcode: int | None = None
    type: str = _OAUTH
    status: int = 400
    user_title: str | None = None
    user_message: str | None = None
    transient: bool | None = None

    def body(self, trace_id: str) -> dict[str, Any]:
        """Give the whole body of the response, keys in Meta's order."""
        error: dict[str, Any] = {"message": self.message, "type": self.type}
        if self.status >= 500 or self.transient is not None:
            error["is_transient"] = self.transient is not False
        error["code"] = self.code
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.user_title is not None:
            error["error_user_title"] = self.user_title
        if self.user_message is not None:
            error["error_user_msg"] = self.user_message
        error["fbtrace_id"] = trace_id
        return {"error": error}

    def explained(self, title: str, message: str) -> GraphError:
        """Add Meta's two fields for people. Where Meta's own are not known, they say what to change."""
        return replace(self, user_title=title, user_message=message)


class Refused(Exception):
    """The request is answered with this error."""

    def __init__(self, error: GraphError) -> None:
        super().__init__(error)
        self.error = error


UNKNOWN = GraphError(1, "An unknown error occurred", status=500)

# Access
NO_TOKEN = GraphError(2500, "An active access token must be used to query information about the current user.")
BAD_TOKEN = GraphError(190, "Invalid OAuth access token.")
NO_PROOF = GraphError(100, "API calls from the server require an appsecret_proof argument", type=_METHOD)
BAD_PROOF = GraphError(100, "Invalid appsecret_proof provided in the API argument", type=_METHOD)

PAGE_TOKEN_NEEDED = GraphError(190, "User Access Token Is Not Supported", 2069032).explained(
    "Page Access Token Required", "This call needs the Page's own access token."
)

# Tokens for tokens, https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
BAD_SECRET = GraphError(1, "Error validating client secret.")
NO_SUCH_APP = GraphError(101, "Error validating application. Cannot get application info due to a system error.")

# "User or System User" is the kind of token that the page of the edge names; the words are ours.
USER_TOKEN_NEEDED = GraphError(200, "(#200) This call needs the access token of a user with a role on the app.")

# People
NO_SUCH_PERSON = GraphError(100, "(#100) No matching user found", 2018001)
# Seen as subcodes of 100; the words after the number are ours.
NO_PROFILE = GraphError(100, "(#100) No profile available for this user.", 2018218)
NO_PROFILE_PERMISSION = GraphError(100, "(#100) Insufficient permission to access user profile.", 2018247)
UNAVAILABLE = GraphError(551, "(#551) This person isn't available right now.", 1545041)
NOT_A_TESTER = GraphError(
    200,
    "(#200) Cannot message users who are not admins, developers or testers of the app until pages_messaging "
    "permission is reviewed and the app is live.",
    2018028,
)
NO_PHONE_PERMISSION = GraphError(
    200,
    "(#200) Cannot message users who are not admins, developers or testers of the app until "
    "pages_messaging_phone_number permission is reviewed and the app is live.",
    2018027,
)
ALREADY_REPLIED = GraphError(10900, "(#10900) Activity already replied to")
DEAD_TOKEN = GraphError(100, "(#100) The notification token is invalid or expired.")  # words ours

REPLY_TOO_LATE = GraphError(10, "(#10) This message is sent outside of allowed window.", 2018278)
UNLINKED = GraphError(10303, "(#10303) Invalid account_linking_token")
NO_SUCH_MESSAGE = GraphError(9000001, "(#9000001) This Message has been deleted")
TERMS = GraphError(2, "Service temporarily unavailable", 2018344, transient=False)

# Conversation routing
NOT_IN_CONTROL = GraphError(
    10, "(#10) Message failed to send because another app is controlling this thread now.", 2018300
)
BAD_APP = GraphError(100, "(#100) Incorrect App ID.", 2018164)
NOT_OWNER = GraphError(100, "(#100) The app is not the owner of this thread.", 2534037)  # words ours
NO_DEFAULT_APP = GraphError(  # words ours
    2018171, "(#2018171) Only the default app of the Page can take control of a thread."
)

# Limits
RATE = GraphError(613, "(#613) Calls to this api have exceeded the rate limit.")
TOO_MANY_CALLS = GraphError(  # words ours
    80006,
    "(#80006) There have been too many messenger api calls to this Page. Wait a bit and try again. For more info, "
    "please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.",
)

# Windows and tags
WINDOW_CLOSED = GraphError(
    10,
    "(#10) This message is sent outside of allowed window. Learn more about the new policy here: "
    "https://developers.facebook.com/docs/messenger-platform/policy-overview",
    2018278,
)
# The code is documented, for every version since 27 April 2026; subcode, title and text are those that five public
# projects report (read 2026-11-28).
DEAD_TAG = GraphError(100, "Invalid parameter", 1893061).explained(
    "Deprecated Message Tag Not Allowed",
    "You are trying to send a message with a message tag but this feature is not allowed. To send a utility message, "
    "use an approved utility template.",
)
UNKNOWN_TAG = GraphError(100, "(#100) Invalid tag.")
TAG_WITHOUT_TYPE = GraphError(100, "(#100) Messaging type should be MESSAGE_TAG for tagged messages.")

# Messages
EMPTY_MESSAGE = GraphError(100, "(#100) Message cannot be empty, must provide valid attachment or text", 2018034)
MESSAGE_AND_ACTION = GraphError(100, "(#100) Cannot send both message and state at the same time", 2018014)
NOTHING_TO_SEND = GraphError(100, "(#100) Must send either message or state", 2018015)
QUICK_REPLY_TITLE = GraphError(100, "(#100) Title is required for this quick reply content type", 2018098)
QUICK_REPLY_PAYLOAD = GraphError(100, "(#100) Payload is required for this quick reply content type", 2018099)
BUTTON_TITLE = GraphError(100, "(#100) Element button title cannot be empty.", 2018053)
BUTTON_PAYLOAD = GraphError(100, "(#100) Payload cannot be empty for postback type button", 2018040)
BUTTON_URL = GraphError(100, "(#100) Web url cannot be empty for url type button", 2018041)
BARE_ELEMENT = GraphError(
    100,
    "(#100) Incomplete element data: title and at least one other field (image url, subtitle or buttons) is required "
    "with non-empty value",
    2018035,
)
UNKNOWN_TEMPLATE = GraphError(100, "(#100) Invalid template type")
BAD_FORM = GraphError(1, '(#1) The given "FORM_ID" field is incorrect, or the form is not inthread eligible.', 2018382)
BAD_UPLOAD = GraphError(100, "(#100) Upload attachment failure.", 2018047)
TOO_LARGE = GraphError(100, "(#100) Attachment size exceeds allowable limit.", 2018109)
FOREIGN_ATTACHMENT = GraphError(100, "(#100) Possible invalid ID or you do not own the attachment.", 2018074)


# The sandbox never gives these by itself; a test can request them (`sandbox.faults`).
_TEMPORARY: Final = GraphError(2, "(#2) Service temporarily unavailable", status=500)
_SEND_FAILED: Final = "(#1200) Temporary send message failure. Please try again later."
_EXPIRED: Final = "Error validating access token: Session has expired."
_CHANGED: Final = (
    "Error validating access token: The session has been invalidated because the user changed their password or "
    "Facebook has changed the session for security reasons."
)
_REVOKED: Final = "Error validating access token: The session is invalid because the user logged out."
_OUTSIDE: Final = (
    "(#10) This message is sent outside of allowed window. You need page_messaging_subscriptions permission to be able "
    "to do it. Learn more about the new policy here: https://developers.facebook.com/docs/messenger-platform/"
    "policy-overview"
)
_BOTHERSOME: Final = (
    "(#613) Warning! You are engaging in behavior that may be considered bothersome or abusive by users."
)

#: Errors by code and subcode, in the words that Meta uses for them.
FAULTS: Final[Mapping[tuple[int, int | None], GraphError]] = {
    (error.code, error.subcode): error
    for error in (
        UNKNOWN,
        GraphError(1, "An unknown error occurred", 99),
        GraphError(1, "Received invalid JSON reply", 1357046),
        _TEMPORARY,
        TERMS,
        GraphError(4, "(#4) Application request limit reached"),
        GraphError(4, "(#4) Too many send requests to phone numbers", 2018022),
        GraphError(10, "(#10) Application does not have permission for this action"),
        GraphError(10, _OUTSIDE, 2018065),
        GraphError(10, "(#10) You are temporarily restricted from sending messages.", 1893063),
        GraphError(10, "(#10) They can't receive your messages right now.", 2018108),
        WINDOW_CLOSED,
        NOT_IN_CONTROL,
        GraphError(17, "(#17) User request limit reached"),
        GraphError(32, "(#32) Page request limit reached"),
        GraphError(100, "(#100) Failed to fetch the file from the url", 2018008),
        GraphError(100, "(#100) Video upload timed out or is corrupted", 2018294),
        NO_SUCH_PERSON,
        NO_PROFILE,
        NO_PROFILE_PERMISSION,
        DEAD_TAG,
        BAD_UPLOAD,
        FOREIGN_ATTACHMENT,
        TOO_LARGE,
        BAD_TOKEN,
        GraphError(190, _EXPIRED, 463),
        GraphError(190, "Error validating access token: The user has not authorized application.", 458),
        GraphError(190, "Error validating access token: The user is enrolled in a blocking checkpoint.", 459),
        GraphError(190, _CHANGED, 460),
        GraphError(190, "Error validating access token: The user is not confirmed.", 464),
        GraphError(190, _REVOKED, 467),
        GraphError(190, "Error validating access token: The user has no proper role on the Page.", 492),
        GraphError(200, "(#200) Requires pages_messaging permission to manage the object"),
        GraphError(230, "(#230) Requires pages_messaging permission to manage the object"),
        NOT_A_TESTER,
        GraphError(341, "(#341) Application limit reached"),
        GraphError(368, "(#368) The action attempted has been deemed abusive or is otherwise disallowed"),
        GraphError(546, "(#546) The type of file you're trying to attach isn't allowed."),
        GraphError(551, "(#551) This person isn't available right now."),
        UNAVAILABLE,
        RATE,
        GraphError(613, _BOTHERSOME, 2018338),
        GraphError(1200, _SEND_FAILED),
        GraphError(1200, _SEND_FAILED, 2018024),
        GraphError(80001, "(#80001) There have been too many calls to this Page account."),
        TOO_MANY_CALLS,
        NO_SUCH_MESSAGE,
    )
}


def app_token_needed() -> Refused:
    """Refuse a token of the Page or a user for a call that needs the app's."""
    return Refused(GraphError(15, "(#15) This method must be called with an app access_token."))


def callback_failed(detail: str) -> Refused:
    """Refuse to subscribe an address that fails the handshake."""
    return Refused(GraphError(2200, f"(#2200) Callback verification failed with the following errors: {detail}"))


def invalid(message: str) -> Refused:
    """Refuse a parameter: code 100, with Meta's usual prefix."""
    return Refused(GraphError(100, f"(#100) {message}"))


def too_few(path: str) -> Refused:
    """Refuse a list that is too short: Meta has a separate code for this."""
    return Refused(GraphError(194, f"(#194) param {path} has too few elements."))


def unknown_path(path: str) -> Refused:
    """Refuse an unknown path."""
    return Refused(GraphError(2500, f"Unknown path components: {path}"))


def unknown_object(method: str, name: str) -> Refused:
    """Refuse an id that does not exist for this token."""
    return Refused(
        GraphError(
            100,
            f"Unsupported {method.lower()} request. Object with ID '{name}' does not exist, cannot be loaded due to "
            f"missing permissions, or does not support this operation. {_DOCUMENTATION}",
            33,
            type=_METHOD,
        )
    )


def unsupported(method: str) -> Refused:
    """Refuse a method on an edge that exists."""
    return Refused(GraphError(100, f"Unsupported {method.lower()} request. {_DOCUMENTATION}", 33, type=_METHOD))
