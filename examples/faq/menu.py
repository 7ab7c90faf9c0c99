"""What all steps of the bot share."""

MENU = [quick_reply("Opening hours", "HOURS"), quick_reply("How to find us", "WAY")]
