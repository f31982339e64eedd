"""A server on this machine that gives files, and can be told to behave badly."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Page:
    """What the server answers for one path; every attribute but ``content`` is a misdeed."""

    content: bytes
    tag: str = '"one"'
    weak_date: str = ""
    most: int | None = None
    status: int = 200
    length: int | None = None
    ranges: bool = True
    content_range: str = ""
    redirect: str = ""
    endless: bool = False
    hold_after: int | None = None


class Web(ThreadingHTTPServer):
    """``pages`` by path; ``asked`` collects path, Range and If-Range of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, str | None, str | None]] = []
        self.released = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def address(self, path: str) -> str:
        """The address of a page."""
        return f"http://127.0.0.1:{self.server_address[1]}/{path}"

    def close(self) -> None:
        """Let go of who waits, stop, and free the port."""
        self.released.set()
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        """Answer as the page says."""
        path = self.path.lstrip("/")
        wanted, condition = self.headers.get("Range"), self.headers.get("If-Range")
        self.server.asked.append((path, wanted, condition))
        page = self.server.pages.get(path)
        if page is None or page.status != 200:
            self.send_error(page.status if page else 404)
        elif page.redirect:
            self.send_response(302)
            self.send_header("Location", page.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            with suppress(OSError):
                self._give(page, wanted, condition)

    def _give(self, page: Page, wanted: str | None, condition: str | None) -> None:
        start = 0
        current = condition in (None, page.tag, page.weak_date)
        if wanted and page.ranges and current:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(page.content):
                self.send_error(416)
                return
        body = page.content[start:]
        self.send_response(206 if start else 200)
        if start:
            whole = f"bytes {start}-{len(page.content) - 1}/{len(page.content)}"
            self.send_header("Content-Range", page.content_range or whole)
        if page.tag:
            self.send_header("ETag", page.tag)
        if page.weak_date:
            self.send_header("Last-Modified", page.weak_date)
        if not page.endless:
            self.send_header("Content-Length", str(page.length or len(body)))
        self.end_headers()
        if page.hold_after is not None:
            self.wfile.write(body[: page.hold_after])
            self.wfile.flush()
            self.server.released.wait(30)
            return
        self.wfile.write(body if page.most is None else body[: page.most])
        while page.endless and not self.server.released.is_set():
            self.wfile.write(b"\0" * 65536)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
