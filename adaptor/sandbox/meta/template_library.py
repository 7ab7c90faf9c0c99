"""The library of ready-made message templates.

Meta's own library is long and changes; these few are the sandbox's own, in the same form.
"""

from __future__ import annotations

from typing import Any, Final

LIBRARY: Final[dict[str, dict[str, Any]]] = {
    "appointment_reminder": {
        "language": "en_US",
        "header": "Appointment reminder",
        "body": "Hello {{1}}, this is a reminder of your appointment on {{2}} at {{3}}.",
        "buttons": [{"type": "POSTBACK", "text": "Confirm"}, {"type": "POSTBACK", "text": "Change it"}],
    },
    "appointment_cancelled": {
        "language": "en_US",
        "header": None,
        "body": "Hello {{1}}, your appointment on {{2}} was cancelled. Please contact us for a new one.",
        "buttons": [],
    },
    "order_confirmation": {
        "language": "en_US",
        "header": "Order confirmed",
        "body": "Thank you, {{1}}! Your order {{2}} has been received.",
        "buttons": [{"type": "URL", "text": "Track order", "url": "https://www.example.com/{{1}}"}],
    },
    "delivery_update": {
        "language": "en_US",
        "header": None,
        "body": "Your order {{1}} is on its way and should arrive on {{2}}.",
        "buttons": [{"type": "URL", "text": "Track order", "url": "https://www.example.com/{{1}}"}],
    },
    "payment_due": {
        "language": "en_US",
        "header": "Payment reminder",
        "body": "Hello {{1}}, your payment of {{2}} is due on {{3}}.",
        "buttons": [],
    },
}
