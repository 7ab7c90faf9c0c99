"""The customer feedback template: one question with a score, or with words.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/templates/customer-feedback-template
(checked 2026-11-24). Meta says of it: in development.
"""

from __future__ import annotations

import re
from typing import Any

from ...core.operation import Value
from ...core.values.arguments import defer
from ...core.values.builder import builder
from ...core.values.lazy import Lazy
from ..rules.argument_types import Count, Object, OptionalText, Text
from ..rules.limits import refuse
from ..rules.values import check_choice, given
from .payload_reader import PayloadReader

#: The heading under which `adaptor docs` shows this module.
HEADING = "content"

#: How the score of each type of question may be shown; words have no score.
SCORE_OPTIONS = {
    "csat": ("one_to_five", "five_stars", "five_emojis"),
    "nps": ("zero_to_ten",),
    "ces": ("one_to_seven",),
    "free_form": (),
}
SCORE_LABELS = ("neg_pos", "hard_easy", "dis_sat", "unlike_like", "poor_great", "none")

_ID = re.compile(r"[A-Za-z0-9_]*")
_URL = re.compile(r"\bhttps?://|\bwww\.", re.IGNORECASE)
_QUESTION = 'feedback_question("visit", "csat")'


def check_feedback_template(template: PayloadReader) -> None:
    """Refuse a customer feedback template that Meta would refuse."""
    template.text("title", "feedback.title")
    template.text("subtitle", "feedback.subtitle", required=False)
    template.text("button_title", "feedback.button_title", required=False)
    for key in ("title", "subtitle", "button_title"):
        text = template.get(key)
        if isinstance(text, str) and _URL.search(text):
            raise refuse(template.field(key), "has an address in it", "Say it without an address.")
    for screen in template.readers("feedback_screens", '{"questions": [feedback_question(…)]}', "feedback_screens"):
        for question in screen.readers("questions", _QUESTION, "questions"):
            check_feedback_question(question)
    check_privacy(template)


def check_feedback_question(question: PayloadReader) -> None:
    """Refuse a question that Meta would refuse."""
    question.text("id", "question.id")
    name, kind = question.get("id"), question.get("type")
    if isinstance(name, str) and not _ID.fullmatch(name):
        raise refuse(
            question.field("id"),
            "has characters that Meta does not take",
            "Use letters from a to z, digits and underscores: first_visit.",
        )
    question.choice("type", tuple(SCORE_OPTIONS))
    # Meta writes the title of a question that has none, in the person's language.
    question.text("title", "question.title", required=False, may_be_empty=False)
    question.choice("score_label", SCORE_LABELS, required=False)
    option = question.get("score_option")
    if isinstance(kind, str) and option is not None and not isinstance(option, Lazy):
        if not SCORE_OPTIONS[kind]:
            raise refuse(question.field("score_option"), f"does not go with {kind}", "Leave it out.", actual=option)
        check_choice(question.field("score_option"), option, SCORE_OPTIONS[kind])
    follow_up = question.reader("follow_up", '{"type": "free_form", "placeholder": "…"}', required=False)
    if follow_up is not None:
        follow_up.choice("type", ("free_form",))
        follow_up.text("placeholder", "question.placeholder", required=False)


def check_privacy(template: PayloadReader) -> None:
    """Refuse a form without the address of a privacy policy, or one that stays open too long."""
    if policy := template.reader("business_privacy", '{"url": "https://…"}'):
        policy.url("url")
    template.whole_number("expires_in_days", "expires_in_days")


@builder
def feedback_question(
    id_: Text,
    type_: Text,
    title: OptionalText = None,
    *,
    score_label: OptionalText = None,
    score_option: OptionalText = None,
    follow_up: Value[str | dict[str, Any] | None] = None,
) -> dict[str, Any]:
    """Build the question of a customer feedback template.

    Args:
        id_: Names the question in the webhook; at most 80 of the letters a to z, digits and underscores.
        type_: `csat` (satisfaction), `nps` (recommendation), `ces` (effort) or `free_form` (words).
        title: The question, 5 to 85 characters. Default: Meta's own, in the person's language.
        score_label: What the ends of the scale say: `neg_pos`, `hard_easy`, `dis_sat`, `unlike_like`, `poor_great` or
            `none`.
        score_option: How the score is shown: for `csat` `five_stars` (the default), `one_to_five` or `five_emojis`;
            `nps` has `zero_to_ten` alone, `ces` `one_to_seven`.
        follow_up: Also ask for a text: the placeholder of its field, at most 65 characters, or Meta's object.

    Returns:
        A dict for `customer_feedback_template`.

    Raises:
        InvalidMessage: The id, the type or an option is none of Meta's, or a text is too long. Nothing was sent.

    Example:
        >>> feedback_question("visit", "csat", follow_up="Tell us more")
        {'id': 'visit', 'type': 'csat', 'follow_up': {'type': 'free_form', 'placeholder': 'Tell us more'}}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/templates/customer-feedback-template
    """
    question = given(
        id=id_,
        type=type_,
        title=title,
        score_label=score_label,
        score_option=score_option,
        follow_up=follow_up if follow_up is None or isinstance(follow_up, dict) else defer(free_form, follow_up),
    )
    check_feedback_question(PayloadReader(question, "question"))
    return question


@builder
def customer_feedback_template(
    title: Text,
    question: Object,
    *,
    privacy_url: Text,
    subtitle: OptionalText = None,
    button_title: OptionalText = None,
    expires_in_days: Count = None,
) -> dict[str, Any]:
    """Build a template that asks for feedback after a purchase or a conversation; it may not advertise anything.

    With `tag="CUSTOMER_FEEDBACK"` it may be sent within 7 days of the person's last message. The answer comes in the
    webhook `messaging_feedback`.

    Args:
        title: At most 65 characters, without an address.
        question: From `feedback_question`.
        privacy_url: The address of your privacy policy.
        subtitle: At most 80 characters, without an address.
        button_title: At most 20 characters, without an address.
        expires_in_days: How long it can be answered, 1 to 7 days. Default: Meta's, 1 day.

    Returns:
        A dict for `send_template`.

    Raises:
        InvalidMessage: A text is too long or has an address in it, or something else is not as Meta wants it. Nothing
            was sent.

    Example:
        >>> ask = customer_feedback_template(
        ...     "How was your visit?", feedback_question("visit", "csat"), privacy_url="https://example.org/privacy"
        ... )
        >>> ask["feedback_screens"]
        [{'questions': [{'id': 'visit', 'type': 'csat'}]}]

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/templates/customer-feedback-template
    """
    template = given(
        template_type="customer_feedback",
        title=title,
        subtitle=subtitle,
        button_title=button_title,
        feedback_screens=[{"questions": [question]}],
        business_privacy={"url": privacy_url},
        expires_in_days=expires_in_days,
    )
    check_feedback_template(PayloadReader(template))
    return template


def free_form(words: Any) -> Any:
    """Return the follow-up that asks for words; other values stay as they are."""
    return {"type": "free_form", "placeholder": words} if isinstance(words, str) else words
