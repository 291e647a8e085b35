"""Words: what templates may say and show: sentences in the reader's language, icons, addresses, security tokens."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django_htmx.jinja import django_htmx_script, htmx_script
from heroicons.jinja import heroicon_mini, heroicon_outline, heroicon_solid
from jinja2 import Environment, StrictUndefined

from solvent.files.language import Language
from solvent_server.web.charts.library import scripts


def environment(**options: Any) -> Environment:
    """Jinja with our words; a name that a page does not give is an error, and never an empty place."""
    made = Environment(**{**options, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True})
    made.globals.update(
        {
            "static": static,
            "url": address,
            "htmx_script": htmx_script,
            "django_htmx_script": django_htmx_script,
            "heroicon_outline": lru_cache(256)(heroicon_outline),
            "heroicon_solid": lru_cache(256)(heroicon_solid),
            "heroicon_mini": lru_cache(256)(heroicon_mini),
            "chart_scripts": scripts,
        }
    )
    return made


def address(name: str, *parts: Any) -> str:
    """The address of a page by its name."""
    return reverse(name, args=parts)


def for_account_pages(request: HttpRequest) -> dict[str, Any]:
    """What the pages of log-in and second factor need of us."""
    tongue: Language = getattr(request, "tongue", None) or Language()
    first = bool(getattr(request, "session", {}).get("first_password"))
    return {
        "tongue": tongue,
        "back": tongue.say("Back to your account"),
        "forgotten": tongue.say("Forgotten? Ask whoever administers Solvent for a new first password."),
        "forgotten_how": tongue.say(
            "It is made under Settings, People and roles; where nobody can log in any more, the command solvent member "
            "makes it on the server."
        ),
        "first_password": tongue.say("Somebody else has set this password. Choose one of your own.") if first else "",
    }
