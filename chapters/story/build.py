"""Typeset the book with Jupyter Book, warnings as errors, and say plainly what stopped it: `make book`."""

import sys

from jupyter_book.cli.main import main as jupyter_book
from sphinx.errors import SphinxError

from story.data import ROOT

OPTIONS = ["-W", "-n", "--keep-going", "-q", "--path-output", str(ROOT)]


def main() -> int:
    """Build `_build/html`; return 1 and the reason when the book is not fit to publish."""
    try:
        jupyter_book(["build", str(ROOT), *OPTIONS], standalone_mode=False)
    except (RuntimeError, SystemExit) as error:  # Jupyter Book ends either way, after a fault or after warnings
        if error.__cause__ and not isinstance(error.__cause__, SphinxError):  # Sphinx has already said its own
            raise
        if not error.__cause__ and isinstance(error, RuntimeError):
            print(error, file=sys.stderr)
        print("the book was not built; the lines above say why", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
