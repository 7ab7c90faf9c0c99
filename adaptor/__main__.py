"""`python -m adaptor` is the command `adaptor`."""

from .cli.main import main

if __name__ == "__main__":
    main()
