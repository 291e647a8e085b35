"""Door: who may make an account: nobody by himself; an administrator does it for people."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class Door(DefaultAccountAdapter):
    """allauth's rules with the sign-up closed."""

    def is_open_for_signup(self, request: Any) -> bool:
        """False, for everybody."""
        return False
