"""Meta's figures, each in one place.

Checked 2026-11 against https://developers.facebook.com/documentation/business-messaging/messenger-platform
(pages "Send a message", "Templates", "Message tags", "Rate limits"). Where the page says "under 2,000 characters" we
read "at most 2,000"; characters are counted as Unicode code points, since the page does not say which unit it means.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

# Send a message
TEXT: Final = 2000
METADATA: Final = 1000
IMAGES: Final = 30
QUICK_REPLIES: Final = 13
QUICK_REPLY_TITLE: Final = 20
PAYLOAD: Final = 1000

# Saving assets. "8 MB" and "25 MB" read as binary megabytes, the reading that refuses less.
IMAGE_BYTES: Final = 8 * 1024 * 1024
FILE_BYTES: Final = 25 * 1024 * 1024
ATTACHMENT_LIFE: Final = timedelta(days=90)

# Templates
BUTTONS: Final = 3
BUTTON_TITLE: Final = 20
BUTTON_TEMPLATE_TEXT: Final = 640
ELEMENTS: Final = 10
ELEMENT_TITLE: Final = 80
ELEMENT_SUBTITLE: Final = 80
RECEIPT_ELEMENTS: Final = 100
FEEDBACK_TITLE: Final = 65
FEEDBACK_SUBTITLE: Final = 80
FEEDBACK_BUTTON: Final = 20
FEEDBACK_QUESTION: Final = 85
FEEDBACK_PLACEHOLDER: Final = 65
TEMPLATE_DAYS: Final = 7
GRID_IMAGES_LEAST: Final = 2
GRID_IMAGES: Final = 6
GRID_TITLE: Final = 45
GRID_SUBTITLE: Final = 80

# Messenger Profile; "Personas" for their name
GREETING: Final = 160
ICE_BREAKERS: Final = 4
MENU_ITEMS: Final = 20
MENU_TITLE: Final = 30
COMMANDS: Final = 100
COMMAND_NAME: Final = 32
COMMAND_DESCRIPTION: Final = 64
DOMAINS: Final = 50
PERSONA_NAME: Final = 50

# Conversations, their routing, and account linking
NEWEST_MESSAGES: Final = 20
CONTROL_LIFE: Final = timedelta(hours=24)
CONTROL_LONGEST: Final = timedelta(days=7)
LINKING_LIFE: Final = timedelta(minutes=5)
PRIVATE_REPLY: Final = timedelta(days=7)

# Batch requests (https://developers.facebook.com/docs/graph-api/batch-requests)
BATCH: Final = 50

# Message tags and windows
STANDARD_WINDOW: Final = timedelta(hours=24)
TAGGED_WINDOW: Final = timedelta(days=7)
