"""``python -m nuatom`` is the command line."""

import sys

from nuatom.cli import main

if __name__ == "__main__":
    sys.exit(main())
