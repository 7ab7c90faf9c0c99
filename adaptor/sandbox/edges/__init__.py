"""The edges of the Graph API: one file each, and the routes to them."""
