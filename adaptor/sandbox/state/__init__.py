"""What a sandbox knows: the Page, its objects, records, the clock; and its storage in a file."""
