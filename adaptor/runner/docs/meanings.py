"""What each code of `adaptor.graph.answers.codes` means, in short: Meta's own words or their sense, for `adaptor docs`.

Nothing is decided here; the class, the fix and what was sent are in `RULES`, with the sources. A test holds that both
tables have the same rows.
"""

from __future__ import annotations

from ...graph.answers.codes import NO_TOKEN, RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...graph.answers.codes import Place

MEANINGS: dict[Place, str] = {
    (1, None): "An unknown error on Meta's side.",
    (1, 99): "An unknown error; seen where a permission or an access level is missing.",
    (1, 1357046): "Received invalid JSON reply: a batch was answered too late.",
    (1, 2018382): "The FORM_ID is incorrect, or the form may not be shown in a conversation.",
    (2, None): "The service is temporarily unavailable; also seen where the person has blocked the Page.",
    (2, 2018344): "The Page Contact Terms have not been accepted.",
    (3, None): "The app may not use this API method.",
    (4, None): "The app has reached its limit of requests, or sends too many requests to phone numbers.",
    (4, 2018022): "The app sends too many requests.",
    (4, 2018354): "The shortest time between two notifications to a person has not passed.",
    (9, 2018352): "The person gets too many opt-in requests.",
    (10, None): "The app lacks the permission for this action.",
    (10, 1404170): "The Page is restricted from sending opt-in requests.",
    (10, 1893015): "The person has stopped the notifications on this topic.",
    (10, 1893063): "The Page is temporarily restricted from sending messages.",
    (10, 2018278): "The message is sent outside of the allowed window. Seen with HTTP 400 and 403.",
    (10, 2018065): "The message is sent outside of the allowed window; Meta names a permission for news.",
    (10, 2018028): "The person has no role on the app, which is not live yet.",
    (10, 2018108): "The person cannot receive messages of this Page right now.",
    (10, 2018336): "The feature is switched off for this person, by rules for Europe or Japan.",
    (10, 2018300): "Another app is controlling this conversation now.",
    (10, 2534022): "The message is sent outside of the allowed window (Instagram).",
    (10, 2534077): "The account is not connected with the Page properly (Instagram).",
    (17, None): "The user behind the token has reached the limit of requests.",
    (32, None): "The limit of calls to this Page is reached.",
    (100, None): "A parameter is invalid.",
    (100, "GraphMethodException"): "The appsecret_proof is missing or invalid.",
    (100, 33): "The object does not exist, or the token may not see it, or it does not support the call.",
    (100, 1893061): "Deprecated Message Tag Not Allowed: the message has a tag that Meta has ended.",
    (100, 2018001): "No matching user found: the id is of another Page, or no PSID.",
    (100, 2018008): "Meta failed to fetch the file from its URL.",
    (100, 2018014): "A message and a sender action cannot be in one call.",
    (100, 2018034): "The message is empty: it has neither a text nor an attachment.",
    (100, 2018047): "Upload attachment failure: the type does not match the file.",
    (100, 2018074): "The attachment_id has expired, or another Page made it.",
    (100, 2018109): "The attachment is larger than allowed.",
    (100, 2018164): "The app id is incorrect.",
    (100, 2018294): "The upload of the video took too long, or the video is damaged.",
    (100, 2018320): "A product id is not valid.",
    (100, 2018328): "The version of the API is too old for product templates.",
    (100, 2534037): "The app does not control this conversation (Instagram).",
    (101, None): "The app id or its secret is not valid.",
    (102, None): "The session of the token is not valid any more.",
    (190, None): "The access token is not valid.",
    (190, 458): "The person has not installed the app, or has removed it.",
    (190, 459): "The person behind the token has to pass a check at facebook.com.",
    (190, 460): "The password was changed, which ended the token.",
    (190, 463): "The token has expired.",
    (190, 464): "The account behind the token is not confirmed.",
    (190, 467): "The token is invalid: the person logged out, or revoked it.",
    (190, 492): "The person behind the token has no role on the Page.",
    (194, None): "A list has too few elements.",
    (200, None): "A permission was not granted, or was removed.",
    (200, 1545041): "Message not sent: this person isn't available right now.",
    (200, 2018021): "Sending to phone numbers is not open to this app.",
    (200, 2018027): "The app lacks the permission to send to phone numbers.",
    (200, 2018028): "The person has no role on the app, which is not live yet.",
    (200, 2534041): "The account does not allow access to its messages (Instagram).",
    (230, None): "The call requires the permission pages_messaging.",
    (341, None): "A limit of the app is reached.",
    (368, None): "The action is blocked for a time, because of a violation of Meta's policies.",
    (506, None): "The same was posted a moment ago.",
    (546, None): "The type of the file that is attached is not allowed.",
    (551, None): "This person isn't available right now.",
    (551, 1545041): "This person isn't available right now.",
    (613, None): "The calls to this API have exceeded the rate limit.",
    (613, 1996): "The volume of requests is inconsistent.",
    (613, 1893016): "The person got several opt-in requests on one topic.",
    (613, 2018338): "A warning: people may find the tagged messages bothersome or abusive.",
    (613, 2534040): "The rate limit is exceeded (Instagram).",
    (1200, None): "A temporary failure to send the message.",
    (1201, None): "A failure to send the message, of an older kind.",
    (2022, None): "This kind of message is blocked for the Page, after a violation.",
    (2200, None): "The verification of the callback address failed.",
    (2500, None): "Unknown path components, or a syntax error: the path, the version or `fields` are wrong.",
    (2500, NO_TOKEN): "An active access token must be used, and the call carried none.",
    (10303, None): "The account_linking_token is not valid.",
    (10900, None): "The post or comment has been replied to already.",
    (36000, None): "The image is too large.",
    (36103, None): "The Instagram account is not eligible.",
    (80001, None): "There have been too many calls to this Page.",
    (80006, None): "There have been too many calls of Messenger's API to this Page: its share of 24 hours is used up.",
    (1609005, None): "Meta failed to read the page that a link leads to.",
    (2018144, None): "The game has reached its limit of messages to this person.",
    (2018171, None): "Only the primary receiver may do this.",
    (2018218, None): "No profile is available for this person. Seen as a subcode of 100 too.",
    (2018234, None): "Only a secondary receiver may do this.",
    (2018247, None): "The app lacks the permission to read this person's profile. Seen as a subcode of 100 too.",
    (2018300, None): "Another app is controlling this conversation now.",
    (2018321, None): "An automated question flow is controlling this conversation.",
    (9000001, None): "The message has been deleted, or is older than the newest 20 of its conversation.",
}

#: Rows that come in ranges, by a code of each range.
_OF_RANGES = {
    (2018173, None): "The content of a media template is not valid.",
    (2018154, None): "A web view with Messenger Extensions is not set up as it must be.",
    (2018389, None): "The call of the calling API is not valid.",
    (100, 2534013): "A message to Instagram is not valid.",
}
MEANINGS.update(
    {
        place: text
        for place, rule in RULES.items()
        if place not in MEANINGS
        for known, text in _OF_RANGES.items()
        if RULES[known].fix == rule.fix
    }
)
