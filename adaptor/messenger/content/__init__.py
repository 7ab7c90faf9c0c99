"""The content of a message: quick replies, buttons and templates.

Each module holds the builders of one subject and the check that refuses what Meta would refuse. Builders are pure:
plain dicts in Meta's spelling come out, and lazy references may go in anywhere. The checks read such dicts, so that
what was built and what was written by hand are checked alike: when the job is loaded, or before the call where a
value is lazy.
"""
