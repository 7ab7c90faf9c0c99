"""Meta's webhook fields, and the key by which an event of each is recognised.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
(checked 2026-11-27).
"""

from __future__ import annotations

from typing import Final

#: The field of an event by its key. Where an event has several keys, the first one here counts.
FIELD_OF: Final = {
    "message": "messages",
    "postback": "messaging_postbacks",
    "message_edit": "message_edits",
    "reaction": "message_reactions",
    "delivery": "message_deliveries",
    "read": "message_reads",
    "optin": "messaging_optins",
    "referral": "messaging_referrals",
    "account_linking": "messaging_account_linking",
    "pass_thread_control": "messaging_handovers",
    "take_thread_control": "messaging_handovers",
    "request_thread_control": "messaging_handovers",
    "app_roles": "messaging_handovers",
    "policy_enforcement": "messaging_policy_enforcement",
    # Older examples of Meta's spell it so.
    "policy-enforcement": "messaging_policy_enforcement",
    "response_feedback": "response_feedback",
    "messaging_feedback": "messaging_feedback",
    "messaging_customer_information": "messaging_customer_information",
    "form": "messaging_in_thread_lead_form_submit",
    "order": "send_cart",
    "game_play": "messaging_game_plays",
    # Payments in Messenger have ended; Meta's specification still has their fields.
    "payment": "messaging_payments",
    "pre_checkout": "messaging_pre_checkouts",
    "checkout_update": "messaging_checkout_updates",
    # A tap on a coupon comes as a message without `message`.
    "template": "messages",
}

#: Acts of a person after which the Page may write for 24 hours.
OPENS_WINDOW: Final = frozenset({"messages", "messaging_postbacks", "message_reactions", "messaging_referrals"})

#: Fields whose `mid` is the id of the event itself; elsewhere it names a message that the event is about.
IDENTIFIED_BY_MID: Final = frozenset({"messages", "message_echoes", "messaging_postbacks"})
