"""One message of every kind, with a text by which it is recognised on the page."""

from __future__ import annotations

from typing import Any

POSTBACK = {"type": "postback", "title": "Choose it", "payload": "CHOSEN"}
PRIVACY = {"url": "https://clinic.example/privacy"}


def template(kind: str, **payload: Any) -> dict[str, Any]:
    return {"attachment": {"type": "template", "payload": {"template_type": kind, **payload}}}


def media(kind: str) -> dict[str, Any]:
    return {"attachment": {"type": kind, "payload": {"url": f"https://clinic.example/{kind}.bin"}}}


KINDS: dict[str, tuple[dict[str, Any], str]] = {
    "text": ({"text": "Good morning"}, "Good morning"),
    "emoji": ({"text": "🎉"}, "🎉"),
    "image": (media("image"), "clinic.example/image.bin"),
    "audio": (media("audio"), "clinic.example/audio.bin"),
    "video": (media("video"), "clinic.example/video.bin"),
    "file": (media("file"), "file.bin"),
    "images": (
        {"attachments": [{"type": "image", "payload": {"url": f"https://a.example/{n}.jpg"}} for n in range(3)]},
        "a.example/2.jpg",
    ),
    "sticker": ({"sticker_id": 369239263222822}, "👍"),
    "button": (
        template(
            "button",
            text="Which day?",
            buttons=[
                POSTBACK,
                {"type": "web_url", "title": "Website", "url": "https://clinic.example/"},
                {"type": "phone_number", "title": "Call us", "payload": "+15551234567"},
            ],
        ),
        "Call us",
    ),
    "generic": (
        template(
            "generic",
            elements=[
                {
                    "title": f"Card {n}",
                    "subtitle": "Below",
                    "image_url": f"https://a.example/c{n}.jpg",
                    "buttons": [POSTBACK],
                }
                for n in (1, 2, 3)
            ],
        ),
        "Card 3",
    ),
    "media": (
        template(
            "media",
            elements=[{"media_type": "image", "url": "https://www.facebook.com/photo/?fbid=1", "buttons": [POSTBACK]}],
        ),
        "www.facebook.com/photo/",
    ),
    "receipt": (
        template(
            "receipt",
            recipient_name="Ana Lima",
            order_number="A-1017",
            currency="EUR",
            payment_method="Visa 4321",
            summary={"subtotal": 40, "total_tax": 7.6, "total_cost": 42.6},
            adjustments=[{"name": "First visit", "amount": 5}],
            elements=[{"title": "Check-up", "quantity": 1, "price": 40}],
        ),
        "A-1017",
    ),
    "coupon": (template("coupon", title="Ten per cent off", coupon_code="SPRING10"), "Ten per cent off"),
    "feedback": (
        template(
            "customer_feedback",
            title="How was your visit?",
            button_title="Rate it",
            feedback_screens=[
                {
                    "questions": [
                        {
                            "id": "q",
                            "type": "csat",
                            "title": "How satisfied are you?",
                            "score_option": "five_stars",
                            "follow_up": {"type": "free_form", "placeholder": "Tell us more"},
                        }
                    ]
                }
            ],
            business_privacy=PRIVACY,
        ),
        "How was your visit?",
    ),
    "grid": (
        template(
            "image_grid",
            elements=[
                {
                    "title": "Our rooms",
                    "images": [
                        {"url": "https://a.example/1.jpg", "is_hero_image": True},
                        {
                            "url": "https://a.example/2.jpg",
                            "action": {"type": "postback", "payload": "R", "text": "Room 2"},
                        },
                        {"url": "https://a.example/3.jpg"},
                    ],
                    "buttons": [POSTBACK],
                }
            ],
        ),
        "Our rooms",
    ),
    "information": (template("customer_information", countries=["PT"], business_privacy=PRIVACY), "Add address"),
    "form": (template("instant_form", form_id="1234567890"), "Form 1234567890"),
    "product": (template("product", elements=[{"id": "778899"}]), "Catalogue item 778899"),
    "utility": (
        {
            "template": {
                "name": "reminder",
                "language": {"code": "en"},
                "components": [
                    {"type": "body", "parameters": [{"type": "text", "text": word} for word in ("Ana", "Monday")]}
                ],
            }
        },
        "Hello Ana, see you on Monday at nine.",
    ),
    "quick replies": (
        {"text": "Coming?", "quick_replies": [{"content_type": "text", "title": "I will come", "payload": "YES"}]},
        "I will come",
    ),
}
