"""The explorer on this computer: its folder on the loopback address, for a browser here and nobody else."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST = "127.0.0.1"
LARGEST_PORT = 65535


class _Files(SimpleHTTPRequestHandler):
    """Files of one folder, with types that do not depend on the computer, and without a line for each on the screen."""

    extensions_map = {  # noqa: RUF012 - the attribute of the class it comes from
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".json": "application/json",
        "": "application/octet-stream",
    }

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def end_headers(self) -> None:
        """What is built anew is shown anew."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


def server(folder: Path | str, port: int = 0) -> ThreadingHTTPServer:
    """A server of a folder on the loopback address; `serve_forever` runs it, and `address` says where it is.

    Args:
        folder: with the files.
        port: 0 for any that is free.

    Raises:
        ValueError: for a port out of range.
        OSError: for a port that is taken.
    """
    if not 0 <= port <= LARGEST_PORT:
        raise ValueError(f"expected a port from 0, which is any that is free, to {LARGEST_PORT}, got {port}")
    return ThreadingHTTPServer((HOST, port), partial(_Files, directory=str(folder)))


def address(running: ThreadingHTTPServer) -> str:
    """Where a browser finds it."""
    return f"http://{HOST}:{running.server_port}/"
