"""Settings: read from the environment; the defaults run on a bare checkout."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from csp.constants import NONCE

from solvent.base.problem import SolventError

SQLITE_START = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA temp_store=MEMORY;"
    "PRAGMA cache_size=-65536;PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=67108864"
)


def data_folder() -> Path:
    """Where originals, the key and by default the database lie: SOLVENT_DATA, else the user's data folder."""
    told = os.environ.get("SOLVENT_DATA")
    if told:
        return Path(told)
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "solvent"


def database(url: str, data: Path) -> dict[str, Any]:
    """Django's settings of one database.

    Args:
        url: ``sqlite:///file``, ``postgresql://user:password@host:port/name`` (``?host=`` for a socket's folder,
            ``?sslmode=`` and the like), or empty for a file in the data folder.
    """
    if not url:
        return _sqlite(str(data / "solvent.sqlite3"))
    parts = urlparse(url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path.removeprefix("/") if parts.path.startswith("//") else parts.path))
    if parts.scheme not in ("postgres", "postgresql"):
        raise SolventError("store.database_url", "", scheme=parts.scheme)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host, port, user = asked.pop("host", ""), asked.pop("port", ""), asked.pop("user", "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or "") or user,
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host or parts.hostname or "",
        "PORT": str(parts.port or port),
        "OPTIONS": asked,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def _sqlite(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": SQLITE_START},
        "CONN_MAX_AGE": 600,
    }


def secret_key(data: Path) -> str:
    """The key of this installation, made at first use and readable by its owner only."""
    path = data / "secret.key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text("ascii")


APPS = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "solvent_server.store",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "csp",
)

MIDDLEWARE = (
    "solvent_server.web.health.trace.Trace",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "solvent_server.web.parts.turns.Turns",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "solvent_server.web.parts.tongue.Tongue",
    "solvent_server.web.parts.door.Threshold",
)

HASHED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
"""Files of the pages under names that change with what is in them, compressed: a browser keeps them for good."""
EIGHT_HOURS = 8 * 60 * 60
TEN_MINUTES = 10 * 60
"""After so many seconds whoever does something sensitive confirms that it is still himself."""


def settings(data: Path, url: str) -> dict[str, Any]:
    """Every setting of Django that is not its default."""
    return {
        "SECRET_KEY": secret_key(data),
        "DATABASES": {"default": database(url, data)},
        "INSTALLED_APPS": list(APPS),
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "LANGUAGE_CODE": "en",
        "LANGUAGES": [("en", "English"), ("zh-hans", "中文")],
        **_web(data),
        **_accounts(),
        **_security(),
        **_operations(),
    }


def _web(data: Path) -> dict[str, Any]:
    here = Path(__file__).parent / "web"
    ready = data / "static"
    ready.mkdir(parents=True, exist_ok=True)
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    return {
        "ROOT_URLCONF": "solvent_server.urls",
        "MIDDLEWARE": list(MIDDLEWARE),
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.jinja2.Jinja2",
                "DIRS": [here / "templates"],
                "OPTIONS": {"environment": "solvent_server.web.parts.words.environment", "autoescape": True},
            },
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [here / "account"],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                        "solvent_server.web.parts.words.for_account_pages",
                    ]
                },
            },
        ],
        "STATIC_URL": "/static/",
        "STATIC_ROOT": ready,
        "STATICFILES_DIRS": [here / "static"],
        "STORAGES": {
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": HASHED if (ready / "staticfiles.json").exists() else plain},
        },
        "WHITENOISE_KEEP_ONLY_HASHED_FILES": True,
        "WHITENOISE_USE_FINDERS": not (ready / "staticfiles.json").exists(),
        "ALLOWED_HOSTS": hosts(),
    }


LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def hosts() -> list[str]:
    """Names under which it may be asked for: those of SOLVENT_HOSTS, and always this machine's own, for its checks."""
    named = [host.strip() for host in _told("SOLVENT_HOSTS").split(",") if host.strip()]
    return [*named, *LOOPBACK] if named else [*LOOPBACK, "testserver"]


def _accounts() -> dict[str, Any]:
    """Nobody signs up by himself; people log in by name, with a second factor where they have set one up."""
    return {
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*", "password2*"],
        "ACCOUNT_ADAPTER": "solvent_server.web.parts.door.Door",
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_LOGOUT_ON_GET": False,
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": TEN_MINUTES,
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes"],
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "/",
        "ACCOUNT_LOGOUT_REDIRECT_URL": "/",
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"django.contrib.auth.password_validation.{name}"}
            for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
        ],
    }


def _security() -> dict[str, Any]:
    """Nothing but our own scripts and styles; cookies as strict as the address allows."""
    https = os.environ.get("SOLVENT_HTTPS", "") == "1"
    own, nonce = "'self'", NONCE
    return {
        "CONTENT_SECURITY_POLICY": {
            "DIRECTIVES": {
                "default-src": ["'none'"],
                "script-src": [own, nonce],
                "style-src": [own, nonce],
                "img-src": [own, "data:"],
                "font-src": [own],
                "connect-src": [own],
                "form-action": [own],
                "base-uri": ["'none'"],
                "frame-ancestors": ["'none'"],
                "manifest-src": [own],
            }
        },
        "SESSION_COOKIE_AGE": EIGHT_HOURS,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "SESSION_COOKIE_SECURE": https,
        "CSRF_COOKIE_SECURE": https,
        "CSRF_FAILURE_VIEW": "solvent_server.web.parts.page.refused",
        "SECURE_SSL_REDIRECT": False,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if https else None,
        "SESSION_COOKIE_NAME": "__Host-session" if https else "sessionid",
        "CSRF_COOKIE_NAME": "__Host-csrf" if https else "csrftoken",
        "SECURE_HSTS_SECONDS": 31_536_000 if https else 0,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": https,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        **_hooks(),
    }


def _hooks() -> dict[str, Any]:
    """Where web-hooks may go: hosts that SOLVENT_HOOK_HOSTS names, on the open network unless SOLVENT_HOOK_PRIVATE."""
    told = os.environ.get("SOLVENT_HOOK_HOSTS", "").lower().split(",")
    return {
        "SOLVENT_HOOK_HOSTS": [host.strip() for host in told if host.strip()],
        "SOLVENT_HOOK_PRIVATE": os.environ.get("SOLVENT_HOOK_PRIVATE", "") == "1",
    }


LOGS = ("debug", "info", "warning", "error")
MEGABYTES = 25
"""Largest file that a page or another system may send (QUALITY B3), unless SOLVENT_UPLOAD_MB says otherwise."""


def _operations() -> dict[str, Any]:
    """How much may be sent, who may read the metrics, and what is logged: requests too from SOLVENT_LOG=info on."""
    megabytes, level = _told("SOLVENT_UPLOAD_MB") or str(MEGABYTES), _told("SOLVENT_LOG") or "warning"
    if not megabytes.isdigit() or not 1 <= int(megabytes) <= 1000:
        raise SolventError("server.setting", "SOLVENT_UPLOAD_MB", value=megabytes, known="1 … 1000")
    if level not in LOGS:
        raise SolventError("server.setting", "SOLVENT_LOG", value=level, known=", ".join(LOGS))
    return {
        "SOLVENT_UPLOAD_BYTES": int(megabytes) * 1_000_000,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": int(megabytes) * 1_000_000,
        "SOLVENT_UPLOAD_FILES": 20,
        "SOLVENT_METRICS_TOKEN": _told("SOLVENT_METRICS_TOKEN"),
        "LOGGING_CONFIG": "logging.config.dictConfig",
        "LOGGING": {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": "solvent_server.web.health.logs.formatter"}},
            "handlers": {"told": {"class": "logging.StreamHandler", "formatter": "json"}},
            "loggers": {
                "django": {"handlers": ["told"], "level": level.upper(), "propagate": False},
                "django.request": {"handlers": ["told"], "level": "ERROR", "propagate": False},
                "django.server": {"handlers": ["told"], "level": level.upper(), "propagate": False},
                "solvent": {"handlers": ["told"], "level": level.upper(), "propagate": False},
            },
        },
    }


def _told(name: str) -> str:
    """A setting of the environment, or of the file that NAME_FILE names, as secrets are mounted."""
    place = os.environ.get(f"{name}_FILE", "")
    return Path(place).read_text("utf-8").strip() if place else os.environ.get(name, "")
