"""Hosted: a server in a thread that speaks HTTP as ERPNext and Odoo do, and fails as they and the net between do.

What they have in common: the secret they ask for, the rates of their company, and money as binary floats.
"""

from __future__ import annotations

import socket
import threading
import time
from abc import ABC, abstractmethod
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Row = dict[str, Any]
KEY = "key:secret"
RATES = {"CNY": Decimal(1), "USD": Decimal("7.1234"), "JPY": Decimal("0.0487")}


def cents(amount: Decimal) -> float:
    """How these systems hand out money: as binary floats."""
    return float(amount)


class Hosted(ABC):
    """A server in a thread. ``faults``: what goes wrong with the next questions, first in first out."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.asked: list[tuple[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                self.answer(None)

            def do_POST(self) -> None:
                self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def answer(self, body: bytes | None) -> None:
                fault = outer.faults.pop(0) if outer.faults else ""
                if fault and outer.fails(self, fault):
                    return
                status, told, kind = outer.respond(self, body)
                self.give(status, told, kind)

            def give(self, status: int, data: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def fails(self, handler: Any, fault: str) -> bool:
        """Do what goes wrong; True where that was the whole answer."""
        if fault.isdigit():
            headers = {"Retry-After": "3"} if fault == "429" else {}
            handler.give(int(fault), b'{"exc_type": "Trouble"}', "application/json", headers)
        elif fault == "slow":
            time.sleep(0.5)
            handler.close_connection = True
        elif fault == "drip":
            handler.send_response(200)
            handler.send_header("Content-Length", "100000")
            handler.end_headers()
            for _ in range(40):
                try:
                    handler.wfile.write(b" ")
                except OSError:
                    break
                time.sleep(0.02)
            handler.close_connection = True
        elif fault == "cut":
            handler.send_response(200)
            handler.send_header("Content-Length", "5000")
            handler.end_headers()
            handler.wfile.write(b'{"data": [{"name": "half')
            handler.wfile.flush()
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        elif fault == "page":
            handler.give(200, b"<html><body>Please sign in</body></html>", "text/html")
        elif fault == "shape":
            handler.give(200, b'{"message": "pong"}', "application/json")
        elif fault == "away":
            handler.give(302, b"", "text/html", {"Location": "http://127.0.0.2:9/api"})
        elif fault == "huge":
            handler.give(200, b'{"data": [' + b" " * 3_000_000 + b"]}", "application/json")
        else:
            return False
        return True

    @abstractmethod
    def respond(self, handler: Any, body: bytes | None) -> tuple[int, bytes, str]:
        """The answer of the system that is played: status, body and its kind."""
