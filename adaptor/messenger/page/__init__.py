"""What belongs to a Page and its app: subscriptions, tokens, permissions, stickers."""
