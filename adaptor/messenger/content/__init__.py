"""What stands inside a message: quick replies, buttons and templates.

Each module holds the builders of one subject and the check that refuses what Meta would refuse. Builders are pure:
plain dicts in Meta's spelling come out, and lazy references may go in anywhere. The checks read such dicts, so that
what was built and what was written by hand is judged alike: at once where it is known, and before the wire where it is
not.
"""

from __future__ import annotations

from ..values import given
from .button import button_template
from .buttons import (
    account_link_button,
    account_unlink_button,
    call_button,
    check_button,
    game_play_button,
    postback_button,
    url_button,
)
from .coupon import coupon_template
from .feedback import customer_feedback_template, feedback_question
from .forms import customer_information_template, instant_form_template
from .generic import element, generic_template
from .image_grid import grid_image, image_grid_template
from .media import media_template
from .product import product_template
from .quick_replies import check_quick_reply, quick_reply, quick_reply_email, quick_reply_phone
from .receipt import receipt_element, receipt_template
from .templates import check_template

__all__ = [
    "account_link_button",
    "account_unlink_button",
    "button_template",
    "call_button",
    "check_button",
    "check_quick_reply",
    "check_template",
    "coupon_template",
    "customer_feedback_template",
    "customer_information_template",
    "element",
    "feedback_question",
    "game_play_button",
    "generic_template",
    "given",
    "grid_image",
    "image_grid_template",
    "instant_form_template",
    "media_template",
    "postback_button",
    "product_template",
    "quick_reply",
    "quick_reply_email",
    "quick_reply_phone",
    "receipt_element",
    "receipt_template",
    "url_button",
]
