"""Page: who looks at what: the person, the company, the language and the newest assessment, settled before any view.

Every address of a company begins with its code. Whoever has no role there gets the same answer as for a company that
does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render

from solvent.files.language import Language
from solvent_server.store import access
from solvent_server.store.keeping import assessments
from solvent_server.store.lists import saved
from solvent_server.store.models import Company, Member
from solvent_server.store.start import sample
from solvent_server.web.parts.addresses import address_of
from solvent_server.web.parts.listing.views import place_of, saved_of
from solvent_server.web.parts.menu import first_page, menu


@dataclass(frozen=True)
class Look:
    """One person looking at one company.

    kept: the assessment that is looked at, the newest where no past day was chosen; None: nothing was assessed yet.
    past: it is not the newest.
    """

    request: HttpRequest
    company: Company
    role: str
    kept: assessments.Kept | None
    past: bool = False

    @property
    def _places(self) -> Sequence[Member]:
        """Where this person has a role."""
        told: Sequence[Member] | None = getattr(self.request, "places", None)
        return access.places(self.request.user) if told is None else told

    @property
    def days(self) -> Sequence[date]:
        """The days that can be looked at, the newest first."""
        return assessments.days(self.company.code)

    @property
    def language(self) -> Language:
        """The reader's language."""
        told: Language = self.request.tongue
        return told

    def say(self, text: str, **facts: object) -> str:
        """The text in the reader's language."""
        return self.language.say(text, **facts)

    def may(self, action: str) -> bool:
        """True where the person's role allows it."""
        return action in access.ROLES.get(self.role, frozenset())

    def address(self, name: str, *parts: Any) -> str:
        """The address of one of this company's pages."""
        return address_of(name, self.company.code, *parts)

    def render(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """The page; ``here`` marks its place in the menu."""
        told = {
            "look": self,
            "say": self.say,
            "language": self.language,
            "sample": sample.is_sample(self.company),
            "menu": menu(self.role, self.company.code),
            "companies": [one.company for one in self._places],
            "messages": get_messages(self.request),
            **context,
        }
        return render(self.request, template, told, status=status)


View = Callable[..., HttpResponse]


def page(action: str, *, assessed: bool = True) -> Callable[[View], View]:
    """A view of a company for whoever may do ``action`` there.

    Args:
        assessed: True: without an assessment the reader is shown how to get to the first one.
    """

    def settle(view: View) -> View:
        @wraps(view)
        def settled(request: HttpRequest, company: str, *parts: Any, **named: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            request.places = access.places(request.user)
            member = next((one for one in request.places if one.company.code == company), None)
            if member is None or action not in access.ROLES.get(member.role, frozenset()):
                raise Http404
            kept, past = day_of(request, company, action)
            look = request.look = Look(request, member.company, member.role, kept, past)
            if assessed and look.kept is None:
                return look.render("start/empty.html", here="")
            standing = _standing(look)
            if standing:
                return redirect(f"{request.path}?{standing}")
            return view(look, *parts, **named)

        settled.action = action  # type: ignore[attr-defined]
        return settled

    return settle


def posted(view: View) -> View:
    """A view that changes something; it stands under ``page``, so that rights are settled before the method is."""

    @wraps(view)
    def settled(look: Look, *parts: Any, **named: Any) -> HttpResponse:
        if look.request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return view(look, *parts, **named)

    return settled


READING = frozenset({"see", "see_cash", "audit"})
"""What may be done with a past day: to look. Whatever is decided is decided on the newest."""


def day_of(request: HttpRequest, company: str, action: str) -> tuple[assessments.Kept | None, bool]:
    """The assessment that is looked at, and whether it is a past one: ``?as_of=``, else the day that was picked."""
    newest = assessments.latest(company)
    if newest is None or action not in READING or request.method not in ("GET", "HEAD"):
        return newest, False
    asked = request.GET.get("as_of") or request.session.get(DAY, {}).get(company, "")
    if not asked or asked == newest.as_of.isoformat():
        return newest, False
    kept = assessments.of_day(company, asked)
    return (newest, False) if kept is None else (kept, True)


DAY = "as_of"
"""Where the session keeps the day that was picked, by company."""


def _standing(look: Look) -> str:
    """What a list is asked for where its address asks for nothing and the reader has put a view first."""
    request = look.request
    if request.method != "GET" or request.META.get("QUERY_STRING") or request.htmx:
        return ""
    return saved.standing(saved_of(look), request.user, place_of(request.path, look.company.code))


def anybody(view: View) -> View:
    """A view for whoever is logged in; it shows nothing of any company but the person's own."""

    @wraps(view)
    def settled(request: HttpRequest, *parts: Any, **named: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *parts, **named)

    settled.action = "log in"  # type: ignore[attr-defined]
    return settled


def everybody(view: View) -> View:
    """A view that needs no log-in: it says nothing about anybody."""
    view.action = "none"  # type: ignore[attr-defined]
    return view


@anybody
def first(request: HttpRequest) -> HttpResponse:
    """To the first page of the person's role, in the company that is asked for, else in the first one."""
    mine = access.places(request.user)
    if not mine:
        return render(request, "start/no_company.html", {"say": request.tongue.say}, status=403)
    asked = request.GET.get("company", "")
    place = next((one for one in mine if one.company.code == asked), mine[0])
    return redirect(first_page(place.role), place.company.code)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page, or none that this reader may see: both are answered alike."""
    return _wrong(request, 404)


def refused(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """What was asked may not be done; ``reason``: what the guard against forged forms found."""
    return _wrong(request, 403)


def broken(request: HttpRequest) -> HttpResponse:
    """Something broke while the page was made; the log tells more under the number of the request."""
    return _wrong(request, 500)


def _wrong(request: HttpRequest, status: int) -> HttpResponse:
    language = getattr(request, "tongue", None) or Language("en")
    told = {"say": language.say, "language": language, "messages": (), "status": status,
            "number": getattr(request, "number", "")}  # fmt: skip
    return render(request, "parts/wrong.html", told, status=status)
