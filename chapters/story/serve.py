"""Serve the typeset site on this machine only: `make serve`."""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from story.data import ROOT


def main(port: int) -> int:
    """Serve until interrupted; return 1 when the port is taken."""
    handler = partial(SimpleHTTPRequestHandler, directory=ROOT / "_build/html")
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        print(f"port {port} cannot be used ({error.strerror}); try another: make serve PORT={port + 1}")
        return 1
    print(f"the book: http://127.0.0.1:{server.server_port}/   (Ctrl-C stops)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
