"""Permissions that a token is granted, features that Meta reviews, and which of them a kind of operation needs.

Permissions are named as in Meta's reference, https://developers.facebook.com/docs/permissions. Which call needs which
is on the page that is the source of each row (checked 2026-11-24). A row marked `uncertain` follows from the
others: Meta's page does not say.
"""

from __future__ import annotations

from ...graph.needs import Need

_PLATFORM = "https://developers.facebook.com/documentation/business-messaging/messenger-platform"
_GRAPH = "https://developers.facebook.com/docs/graph-api/reference"

#: What a permission lets a token do, in words.
IN_WORDS = {
    "pages_messaging": "write to people who have written to the Page, read their names, set up the Messenger profile",
    "pages_manage_metadata": "subscribe the app to what happens on the Page, read conversations",
    "pages_read_engagement": "read conversations and what the Page has published",
    "pages_show_list": "see which Pages a person manages",
    "pages_utility_messaging": "make utility templates and send them at any time",
    "paid_marketing_messages": "send marketing messages, which Meta charges to an ad account; this adaptor sends none",
    "marketing_messages_messenger": "send marketing messages on Messenger, likewise",
    "ads_management": "manage ads, and pay for marketing messages",
    "read_insights": "read numbers on how the Page does",
    "business_management": "manage the business that owns the Page",
    "pages_user_locale": "read the language of people",
    "pages_user_timezone": "read the time zone of people",
    "pages_user_gender": "read the gender of people",
    "pages_manage_engagement": "answer and hide comments on the Page",
    "pages_manage_posts": "publish as the Page",
    "pages_read_user_content": "read what people write on the Page",
    "instagram_manage_messages": "read and answer messages of the linked Instagram account",
    "instagram_basic": "read the profile of the linked Instagram account",
    "public_profile": "read the public profile of the person behind the token",
    "email": "read the e-mail address of the person behind the token",
}

#: Other spellings of a permission. Meta's Messenger pages write `page_utility_messaging`; its permissions reference and
#: the scopes of tokens say `pages_utility_messaging`, and the login dialog refuses the other as an invalid scope
#: (reported by public projects, read 2026-11-28).
SPELLINGS = {"pages_utility_messaging": ("page_utility_messaging",)}

HUMAN_AGENT = "Human Agent"
PROFILE_ACCESS = "Business Asset User Profile Access"

SENDING = Need(("pages_messaging",), source=f"{_PLATFORM}/send-messages")
UTILITY_MESSAGES = Need(("pages_utility_messaging",), source=f"{_PLATFORM}/send-messages/utility-messages")
UTILITY_TEMPLATES = Need(("pages_utility_messaging",), source=f"{_GRAPH}/page/message_templates")
MESSENGER_PROFILE = Need(("pages_messaging",), source=f"{_PLATFORM}/reference/messenger-profile-api")
#: No permission, but a role of a person on the app.
UPLOADS = Need(source="https://developers.facebook.com/docs/graph-api/reference/application/uploads")
PERSONAS = Need(("pages_messaging",), source=f"{_PLATFORM}/send-messages/personas")
USER_PROFILE = Need(("pages_messaging",), (PROFILE_ACCESS,), source=f"{_PLATFORM}/identity/user-profile")
LABELS = Need(("pages_messaging",), source=f"{_PLATFORM}/identity/custom-labels")  # uncertain
ACCOUNT_LINKING = Need(("pages_messaging",), source=f"{_PLATFORM}/identity/account-linking")  # uncertain
MODERATION = Need(("pages_messaging",), source=f"{_GRAPH}/page/moderate_conversations")  # uncertain
# uncertain: of the permissions that error 283 of the page names, the one that reads.
BLOCKED = Need(("pages_read_engagement",), source=f"{_GRAPH}/page/blocked")
CONVERSATIONS = Need(
    ("pages_messaging", "pages_read_engagement", "pages_manage_metadata"), source=f"{_PLATFORM}/conversations"
)
ROUTING = Need(("pages_messaging",), source=f"{_PLATFORM}/conversation-routing")
SUBSCRIBED_APPS = Need(("pages_manage_metadata",), source=f"{_GRAPH}/page/subscribed_apps")
WEBHOOKS = Need(source=f"{_GRAPH}/app/subscriptions")
TOKENS = Need(source=f"{_GRAPH}/debug_token")
STICKERS = Need(source=f"{_PLATFORM}/send-messages/stickers")
#: Id and name can be read with any token of the Page.
PAGE = Need(source=f"{_GRAPH}/page")
FEATURE_REVIEWS = Need(("pages_messaging",), source=f"{_GRAPH}/page/messaging_feature_review")
NLP = Need(("pages_messaging",), source=f"{_GRAPH}/page/nlp_configs")  # uncertain
INSIGHTS = Need(("read_insights", "pages_read_engagement"), source=f"{_PLATFORM}/analytics/messaging-insights")
COMMENTS = Need(("pages_manage_engagement",), source=f"{_GRAPH}/object/comments")  # uncertain
WELCOME_FLOWS = Need(("pages_messaging",), source=f"{_PLATFORM}/ads/ads-welcome-message-flows")
NOTIFICATIONS = Need(("pages_messaging",), source=f"{_GRAPH}/page/notification_message_tokens")
