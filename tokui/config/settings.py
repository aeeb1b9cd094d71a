"""All settings, from `TOKUI_*` environment variables. Business choices live in the database, not here."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urlparse

from tokui.core import postgres


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in ("1", "true", "yes", "on")


def _refuse(reason: str) -> NoReturn:
    """End the process as the `tokui` command ends when an installation does not work."""
    print(reason, file=sys.stderr)
    sys.exit(4)


DATA_DIR = Path(os.environ.get("TOKUI_DATA_DIR", "data")).resolve()
PRODUCTION = _flag("TOKUI_PRODUCTION")
DEBUG = _flag("TOKUI_DEBUG") and not PRODUCTION
#: `tokui demo` leaves this mark in its folder, so that every command there lives on the demo's clock.
TEST_CLOCK_MARK = DATA_DIR / "test-clock"
TOKUI_TEST_CLOCK = (_flag("TOKUI_TEST_CLOCK") or TEST_CLOCK_MARK.exists()) and not PRODUCTION
#: `tokui up` writes where it serves, so that the links of other commands lead there.
ADDRESS_FILE = DATA_DIR / "address"
TOKUI_BASE_URL = (
    os.environ.get("TOKUI_BASE_URL") or (ADDRESS_FILE.read_text() if ADDRESS_FILE.exists() else "http://localhost:8000")
).rstrip("/")


def _secret(variable: str, file: str) -> str:
    """A secret from the environment; outside production, otherwise one kept in the data folder."""
    value = os.environ.get(variable, "")
    if PRODUCTION and (len(value) < 50 or len(set(value)) < 8):
        _refuse(f"{variable} must be set to at least 50 random characters in production (TOKUI_PRODUCTION=1).")
    if value:
        return value
    path = DATA_DIR / "secrets" / file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(secrets.token_urlsafe(48))
    return path.read_text()


SECRET_KEY = _secret("TOKUI_SECRET_KEY", "secret-key")
TOKUI_VAULT_KEY = _secret("TOKUI_VAULT_KEY", "vault-key")

# --- Database: each process connects as its own role ------------------------------------------------------------
DATABASE_ROLE = os.environ.get("TOKUI_ROLE", "app")  # app | owner | maintenance
DATABASE_NAME = os.environ.get("TOKUI_DATABASE_NAME", "tokui")
CLUSTER_HOME = postgres.home_for(DATA_DIR / "postgres") if not os.environ.get("TOKUI_DATABASE_URL") else None


def _database() -> dict[str, Any]:
    url = os.environ.get(
        {"app": "TOKUI_DATABASE_URL", "owner": "TOKUI_OWNER_URL", "maintenance": "TOKUI_MAINTENANCE_URL"}[
            DATABASE_ROLE
        ],
        "",
    )
    base: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0 if DATABASE_ROLE == "owner" else 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": f"tokui {DATABASE_ROLE}"},
    }
    if url:
        parts = urlparse(url)
        host, port = parts.hostname or "", str(parts.port or "")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return {**base, "NAME": parts.path.lstrip("/"), "USER": user, "PASSWORD": password, "HOST": host, "PORT": port}
    if CLUSTER_HOME is None:
        _refuse(f"TOKUI_DATABASE_URL is set; the role '{DATABASE_ROLE}' needs its own URL too (docs/operating.md).")
    cluster = postgres.Cluster(CLUSTER_HOME)
    role = f"tokui_{DATABASE_ROLE}"
    known = (CLUSTER_HOME / "secrets" / role).exists()
    return {
        **base,
        "NAME": DATABASE_NAME,
        "USER": role,
        "PASSWORD": cluster.password(role) if known else "",
        "HOST": str(cluster.socket),
        "PORT": str(postgres.PORT),
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- The house ---------------------------------------------------------------------------------------------------
ROOMS = [
    "tokui.core",
    "tokui.ui",
    "tokui.access",
    "tokui.customers",
    "tokui.ledger",
    "tokui.catalog",
    "tokui.messaging",
    "tokui.invoices",
    "tokui.banking",
    "tokui.payments",
    "tokui.config",
]
INSTALLED_APPS = [
    "procrastinate.contrib.django",  # before the rooms, which register their jobs when they are ready
    *ROOMS,  # before Django's own, so that our words and templates win
    *("django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "django.contrib.messages"),
    *("django.contrib.staticfiles", "django.contrib.postgres", "django_htmx", "ninja"),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tokui.config.headers.headers_middleware",
    "tokui.access.middleware.clock_middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tokui.access.middleware.language_middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tokui.config.api_middleware.limits_middleware",
    "tokui.access.middleware.organization_middleware",
    "tokui.config.text_middleware.text_middleware",
    "tokui.config.api_middleware.idempotency_middleware",
    "tokui.config.refusals.RefusalMiddleware",
]
ROOT_URLCONF = "tokui.config.urls"
WSGI_APPLICATION = "tokui.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "tokui.config.context.visit",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "tokui.ui.templatetags.tokui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# --- Sign-in -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["tokui.access.hashers.TokuiArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 3

# --- Language and time -------------------------------------------------------------------------------------------
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS: list[str] = []
FORMAT_MODULE_PATH = ["tokui.ui.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"

# --- Files -------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"
MEDIA_URL = ""
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
TOKUI_UPLOAD_LIMIT_BYTES = int(os.environ.get("TOKUI_UPLOAD_LIMIT_MB", "512")) * 1024 * 1024

# --- Mail --------------------------------------------------------------------------------------------------------
EMAIL_HOST = os.environ.get("TOKUI_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("TOKUI_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("TOKUI_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TOKUI_SMTP_PASSWORD", "")
EMAIL_USE_TLS = _flag("TOKUI_SMTP_TLS")
EMAIL_TIMEOUT = 20
#: Without an SMTP host, mails are written as .eml files, so that a trial installation can show what it would send.
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("TOKUI_MAIL_FROM", "tokui@localhost")

# --- The outside -------------------------------------------------------------------------------------------------
#: Statement formats by code: dotted paths to connectors.
TOKUI_STATEMENT_FORMATS = "tokui.connectors.formats.STATEMENT_FORMATS"

# --- Security ----------------------------------------------------------------------------------------------------
ALLOWED_HOSTS = os.environ.get("TOKUI_ALLOWED_HOSTS", "" if PRODUCTION else "*").split(",")
CSRF_TRUSTED_ORIGINS = [TOKUI_BASE_URL] if TOKUI_BASE_URL.startswith("https://") else []
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "tokui.config.views.csrf_refused"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-tokui_session", "__Host-tokui_csrf"
    if ALLOWED_HOSTS == [""]:
        _refuse("TOKUI_ALLOWED_HOSTS must name the host in production (TOKUI_PRODUCTION=1).")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("TOKUI_LOG_LEVEL", "WARNING")},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
