"""The one settings file. Everything that differs between machines comes from the environment (README: Settings)."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

import django_stubs_ext
import environ
import pghistory
from django.utils.translation import gettext_lazy as _

from portal import logs
from portal.data_folder import portal_url
from portal.database import database_settings, database_url

django_stubs_ext.monkeypatch()

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
# Production refuses demo data and asks for everything that a laptop may leave out.
PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)


def _secret_key() -> str:
    """Return `SECRET_KEY`; outside production one of this machine's own, made once and kept in the data folder."""
    if PRODUCTION or "SECRET_KEY" in env.ENVIRON:
        return str(env("SECRET_KEY"))
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Linked into place whole, so that of several processes that start at once one wins and none reads half a key.
        with tempfile.NamedTemporaryFile("w", dir=DATA_DIR) as file:
            file.write(secrets.token_urlsafe(50))
            file.flush()
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The address by which people and client programs reach the portal, without a slash at the end.
PORTAL_URL = portal_url(env.ENVIRON, DATA_DIR)

INSTALLED_APPS = [
    "portal",
    "connectors",
    "messaging",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "template_partials",
    "django_filters",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    # First, and it answers by itself: client programs need no session, language, CSRF token or sign-in.
    "messaging.gateway.entrance.GatewayMiddleware",
    "portal.middleware.RequestIdMiddleware",
    "portal.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "portal.audit.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.HtmxLoginMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "portal.templatetags.portal_ui",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data -----------------------------------------------------------------------------------------------------------------
DATABASES = {
    "default": database_settings(
        database_url(env.ENVIRON, DATA_DIR),
        pool_size=env.int("DATABASE_POOL", default=20),
        # Off behind a pooler in transaction mode that knows no prepared statements.
        prepare=env.bool("DATABASE_PREPARE", default=True),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Every change of configuration is recorded by triggers; see portal/audit.py.
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_APPEND_ONLY = True

# People ---------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "portal.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = None
MFA_ALLOW_UNVERIFIED_EMAIL = True
SESSION_COOKIE_AGE = 12 * 60 * 60  # a working day

# Language and time ----------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

# Files ----------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_MANIFEST = env.bool("STATIC_MANIFEST", default=PRODUCTION)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Without a manifest nothing was collected: files are found where they are made, when they are asked for.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not STATIC_MANIFEST

# Safety ---------------------------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W002"]  # portal.middleware.SecurityHeadersMiddleware sends X-Frame-Options
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.list("TRUSTED_PROXIES", default=[]) else None
# Networks of the proxies in front of us; only behind these is X-Forwarded-For believed.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

# Gateway --------------------------------------------------------------------------------------------------------------
GATEWAY_MAX_BODY = env.int("GATEWAY_MAX_BODY", default=25 * 1024 * 1024)  # bytes
# How long a process may remember who may call, in seconds: a deleted token or an approved incident is in force
# everywhere within this time. DESIGN 5 allows at most one second.
GATEWAY_GRANT_SECONDS = env.float("GATEWAY_GRANT_SECONDS", default=0.5)
# So many calls a minute may fail to authenticate from one address; then further ones get 503 until the minute is over.
# 0: any number.
GATEWAY_FAILURES_PER_MINUTE = env.int("GATEWAY_FAILURES_PER_MINUTE", default=60)
# Where a worker reaches the gateway to send a test message: an address inside the network, where the public one cannot
# be reached from there.
GATEWAY_TEST_URL = env("GATEWAY_TEST_URL", default=PORTAL_URL).rstrip("/")
# Whether storing a message wakes a worker; tests switch it off.
WAKE_WORKERS = env.bool("WAKE_WORKERS", default=True)
LOG_RETENTION_DAYS = env.int("LOG_RETENTION_DAYS", default=730)
# What a monitoring system shows at /metrics, as `Authorization: Bearer ...`; empty: there is no such page.
METRICS_TOKEN = env("METRICS_TOKEN", default="")

# Delivery -------------------------------------------------------------------------------------------------------------
# Folder channels write below it, per environment.
DELIVERY_ROOT = Path(env("DELIVERY_ROOT", default=str(DATA_DIR / "delivery"))).resolve()
# Networks that are not public and to which webhooks may send all the same; there also without TLS.
DELIVERY_ALLOW_PRIVATE = env.list("DELIVERY_ALLOW_PRIVATE", default=[])

EMAIL_BACKEND = env("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
EMAIL_HOST, EMAIL_PORT = env("EMAIL_HOST", default="localhost"), env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env("EMAIL_HOST_USER", default=""), env("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS, EMAIL_USE_SSL = env.bool("EMAIL_USE_TLS", default=False), env.bool("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = 20  # seconds; a worker tries again later
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="berichtenpoort@localhost")

LOGGING_CONFIG = None
logs.configure(level=env("LOG_LEVEL", default="INFO"), json=env.bool("LOG_JSON", default=PRODUCTION))
