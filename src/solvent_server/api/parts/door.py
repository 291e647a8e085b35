"""Door: who asks, and for what: a token of this company whose scope, and whose person's role, reach that far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from solvent_server.api.parts.rate import RATES
from solvent_server.api.parts.trouble import Trouble
from solvent_server.store.connect import named, tokens
from solvent_server.store.models import Company, Token


@dataclass(frozen=True)
class Caller:
    """Whoever asks. person: in whose name; actor: as the trail names him."""

    token: Token
    company: Company
    person: str
    actor: str

    def may(self, scope: str) -> bool:
        """True where the token reaches that far too."""
        return tokens.may(self.token, scope)


class Door(HttpBearer):
    """The door of an operation. scope: of ``tokens.SCOPES``.

    A company that is not the token's answers like one that does not exist.
    """

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    @property
    def action(self) -> str:
        """What a role must be allowed to do for it."""
        return tokens.SCOPES[self.scope]

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Who asks; None: nobody whom we know.

        Raises:
            Trouble: another company, not reaching that far, or too often.
        """
        found = tokens.found(token)
        if found is None:
            return None
        wait = RATES.wait(found.id, found.rate)
        if wait:
            raise Trouble("api.rate", retry=wait, rate=found.rate, seconds=wait)
        caller = entered(found, self.scope, request.resolver_match.kwargs.get("company"))
        tokens.used(found)
        return caller


def entered(found: Token, scope: str, company: Any) -> Caller:
    """The caller, let in for a scope.

    Raises:
        Trouble: the token is another company's, or does not reach that far.
    """
    if found.company.code != company:
        raise Trouble("api.gone")
    if not tokens.may(found, scope):
        raise Trouble("api.scope", scope=scope)
    return Caller(found, found.company, found.user.get_username(), named.actor_of(found))
