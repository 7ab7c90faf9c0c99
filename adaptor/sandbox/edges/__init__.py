"""The edges of the Graph API: one file for each part of it, and the routes to them."""
