"""What stands inside a message: quick replies, buttons and templates.

Each module holds the builders of one subject and the check that refuses what Meta would refuse. Builders are pure:
plain dicts in Meta's spelling come out, and lazy references may go in anywhere. The checks read such dicts, so that
what was built and what was written by hand is judged alike: at once where it is known, and before the wire where it is
not.
"""
