"""Door: who may make an account (nobody by himself), and that a password which somebody else set is changed first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from solvent_server.store.people import accounts

FIRST = "first_password"
"""Where the session keeps that the password is somebody else's."""
OPEN = ("account_change_password", "account_logout", "account_reauthenticate", "mfa_reauthenticate", "tongue")
"""Pages that answer before it is changed."""


class Door(DefaultAccountAdapter):
    """allauth's rules with the sign-up closed."""

    def is_open_for_signup(self, request: Any) -> bool:
        """False, for everybody."""
        return False

    def login(self, request: Any, user: Any) -> None:
        """In; whose password somebody else has set is marked as such."""
        super().login(request, user)
        if accounts.must_change(user):
            request.session[FIRST] = True

    def set_password(self, user: Any, password: str) -> None:
        """A password of one's own; from now on every page answers."""
        super().set_password(user, password)
        accounts.has_changed(user)

    def get_password_change_redirect_url(self, request: Any) -> str:
        """On to where the person wanted to go."""
        request.session.pop(FIRST, None)
        return "/"


class Threshold:
    """Middleware: no page answers to a first password but the one on which it is changed."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        first = settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.get(FIRST)
        if first and request.path not in {reverse(name) for name in OPEN}:
            return redirect("account_change_password")
        return self.answer(request)
