"""Meta's refusals: each with its code, subcode and words in one table.

The words are Meta's own where a recorded answer or the error table of the documentation gives them
(https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes, checked 2026-11).
Where only the code is documented, the comment says that the words are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

_OAUTH = "OAuthException"
_METHOD = "GraphMethodException"
_DOCUMENTATION = "Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api"


@dataclass(frozen=True)
class GraphError:
    """One `error` object as Graph answers it, without its trace id."""

    code: int
    message: str
    subcode: int | None = None
    type: str = _OAUTH
    status: int = 400
    user_title: str | None = None
    user_message: str | None = None

    def body(self, trace_id: str) -> dict[str, Any]:
        """Give the whole body of the answer, keys in Meta's order."""
        error: dict[str, Any] = {"message": self.message, "type": self.type}
        if self.status >= 500:
            error["is_transient"] = True
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
        """Add the two fields that Meta meant for people: here they say what to change."""
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

# People
NO_SUCH_PERSON = GraphError(100, "(#100) No matching user found", 2018001)
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

# Windows and tags
WINDOW_CLOSED = GraphError(
    10,
    "(#10) This message is sent outside of allowed window. Learn more about the new policy here: "
    "https://developers.facebook.com/docs/messenger-platform/policy-overview",
    2018278,
)
# The code is documented; the subcode is the one that senders report since 27 April 2026.
DEAD_TAG = GraphError(100, "Invalid parameter", 1893061)
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


def invalid(message: str) -> Refused:
    """Refuse a parameter: code 100, with the words behind Meta's usual prefix."""
    return Refused(GraphError(100, f"(#100) {message}"))


def too_few(path: str) -> Refused:
    """Refuse a list that is too short, which Meta does with a code of its own."""
    return Refused(GraphError(194, f"(#194) param {path} has too few elements."))


def unknown_path(path: str) -> Refused:
    """Refuse a path whose parts mean nothing."""
    return Refused(GraphError(2500, f"Unknown path components: {path}"))


def unknown_object(method: str, name: str) -> Refused:
    """Refuse an id that this token cannot see."""
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
