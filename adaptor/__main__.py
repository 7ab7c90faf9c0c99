"""`python -m adaptor` is the command `adaptor`."""

import os
import sys

try:
    folder = os.getcwd()
except OSError:
    # It was deleted.
    folder = ""
if sys.path and sys.path[0] in ("", folder):
    # `python -m` puts the folder first: a file there must not stand in for a module that we import.
    sys.path.append(sys.path.pop(0))

from .cli.main import main

if __name__ == "__main__":
    main()
