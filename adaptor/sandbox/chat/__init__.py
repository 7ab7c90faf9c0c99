"""The chat page: conversations as the people see them, live in a browser, or as one file without a server.

* `site`: answers requests under `/sandbox/`; `stream`: sends changes as they happen.
* `items` (one record as it is drawn), `rooms` (the list of people, one conversation), `panel` (what developers see):
  from the page state to JSON, without HTML.
* `acts`: what a visitor of the page does, as a person or as a developer.
* `preview`: the same page with its data inside; `sketch`: adds requests that were not sent, for the preview.
* `static/`: the page itself. `draw.js` draws one record, `app.js` the list and the conversation; what they show comes
  from `live.js` (this server) or `frozen.js` (the preview's own data).
"""
