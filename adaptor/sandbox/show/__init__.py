"""A sandbox as text: messages, transcripts, assertions."""
