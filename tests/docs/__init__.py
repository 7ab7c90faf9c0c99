"""The documentation: every code block of a page is tried, and every link leads somewhere."""
