"""An answer from a server, read in a thread of its own so that a cancel never waits for it.

Only ``http`` and ``https`` are spoken, also after a redirect; nothing else of ``urllib`` is there.
"""

from __future__ import annotations

import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPMessage
from typing import IO
from urllib.parse import urlsplit

from studio.core.control import Control

CHUNK = 1 << 18
_SECONDS = 30
_WAITING = 16
_TICK = 0.05
_AGENT = "classifier-studio"
_REDIRECTS = 8


@dataclass(frozen=True)
class Head:
    """How an answer begins: its status and its header lines."""

    status: int
    headers: HTTPMessage


class Unreachable(Exception):
    """A server did not answer, or not as it should; ``cause`` is what ``urllib`` raised."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(repr(cause))
        self.cause = cause


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows within http and https, and never from a locked connection to an open one."""

    max_redirections = _REDIRECTS

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:  # fmt: skip
        old, new = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if new not in ("http", "https") or (old == "https" and new != "https"):
            raise urllib.error.URLError(f"a redirect to {new or 'nowhere'}: is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(), urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(), urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(), urllib.request.HTTPErrorProcessor(),
        _Redirects(),
    ):  # fmt: skip
        opener.add_handler(handler)
    return opener


class Answer:
    """What a server sends for an address; use it in a ``with`` statement.

    Raises:
        Unreachable: from any method: no server, a refusal, a broken connection.
        Cancelled: from any method: asked for, at once, also while the server is silent.
    """

    def __init__(self, address: str, headers: dict[str, str], control: Control) -> None:
        self._control = control
        self._items: queue.Queue[Head | bytes | Exception] = queue.Queue(_WAITING)
        self._left = threading.Event()
        self._address = address
        self._headers = {"User-Agent": _AGENT, **headers}
        self._thread = threading.Thread(target=self._run, name="download", daemon=True)

    def __enter__(self) -> Answer:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._left.set()

    def head(self) -> Head:
        """How the answer begins."""
        found = self._next()
        assert isinstance(found, Head)
        return found

    def chunks(self) -> Iterator[bytes]:
        """Its content, as it comes."""
        while isinstance(found := self._next(), bytes) and found:
            yield found

    def _next(self) -> Head | bytes:
        while True:
            self._control.wait_while_paused()
            self._control.checkpoint()
            try:
                found = self._items.get(timeout=_TICK)
            except queue.Empty:
                continue
            if isinstance(found, Exception):
                raise Unreachable(found) from found
            return found

    def _run(self) -> None:
        """The reading thread. It ends by itself when nobody listens any longer."""
        try:
            if urlsplit(self._address).scheme not in ("http", "https"):
                raise urllib.error.URLError("the address begins with neither http nor https")
            request = urllib.request.Request(self._address, headers=self._headers)
            with _opener().open(request, timeout=_SECONDS) as answer:
                if not self._put(Head(answer.status, answer.headers)):
                    return
                while chunk := answer.read1(CHUNK):
                    if not self._put(chunk):
                        return
            self._put(b"")
        except Exception as error:  # the listener would wait for ever
            self._put(error)

    def _put(self, item: Head | bytes | Exception) -> bool:
        while not self._left.is_set():
            try:
                self._items.put(item, timeout=_TICK)
            except queue.Full:
                continue
            return True
        return False
