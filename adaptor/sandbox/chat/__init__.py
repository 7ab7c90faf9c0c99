"""The chat page: each conversation as its person sees it, live in a browser, or as one file without a server.

* `site`: what the server answers under `/sandbox/`; `stream`: what changes, as it changes.
* `items` (one record as it is drawn), `rooms` (the list of people, one conversation), `panel` (what developers see):
  from the world to JSON. Nothing here knows HTML.
* `acts`: what somebody at the page does, as a person or as a developer.
* `preview`: the same page with its data inside; `sketch`: requests that were never made, as if they had been.
* `static/`: the page itself. `draw.js` draws one record, `app.js` the list and the conversation; what they show comes
  from `live.js` (this server) or `frozen.js` (the preview's own data).
"""
