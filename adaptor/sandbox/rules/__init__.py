"""What Meta accepts: access, recipients, windows, content, templates, rate limits."""
