"""Asking: a client that shows a token, as another system would."""

from __future__ import annotations

import json
from typing import Any

PREFIX = "/api/v1/companies/own"


class Asker:
    """A client that shows a token."""

    def __init__(self, secret: str | None, language: str = "en") -> None:
        from django.test import Client  # noqa: PLC0415 (needs the store)

        headers = {"accept-language": language}
        if secret is not None:
            headers["authorization"] = f"Bearer {secret}"
        self.client = Client(headers=headers, raise_request_exception=False)

    def get(self, path: str, **asked: object) -> Any:
        return self.client.get(path if path.startswith("/api/") else PREFIX + path, asked)

    def post(self, path: str, body: object, key: str | None = None, **headers: str) -> Any:
        told = {"idempotency-key": key} if key is not None else {}
        address = path if path.startswith("/api/") else PREFIX + path
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return self.client.post(address, data, content_type="application/json", headers={**told, **headers})
