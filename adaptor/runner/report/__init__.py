"""The report of a run: as JSON, as a page, as a table of recipients."""
