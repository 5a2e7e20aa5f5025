"""Ledig's settings, all from the environment (https://12factor.net/config).

The README holds the table of variables. Three ways to run share this one file:
demo (`LEDIG_DEMO=1`, everything embedded), tests, and production (the default, which
refuses to start with anything meant for the other two: `config/production.py`).
"""

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config.environment import database, flag, words
from config.production import reasons_not_to_start
from config.schedule import SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
LEDIG_HOME = Path(os.environ.get("LEDIG_HOME") or BASE_DIR / ".ledig").resolve()
PORT = int(os.environ.get("PORT") or 8000)

DEMO = flag("LEDIG_DEMO")
TESTING = "pytest" in sys.modules
MIGRATING = sys.argv[1:2] == ["migrate"]
DEBUG = flag("DEBUG")
INSECURE_KEY = "insecure-key-for-demo-and-tests-only"
SECRET_KEY = os.environ.get("SECRET_KEY") or (INSECURE_KEY if DEMO or TESTING else "")

PUBLIC_URL = os.environ.get("PUBLIC_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
PUBLIC_HOST = PUBLIC_URL.split("://", 1)[-1].split("/")[0]
ALLOWED_HOSTS = words("ALLOWED_HOSTS", f"{PUBLIC_HOST.split(':')[0]},localhost,127.0.0.1")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
HTTPS = PUBLIC_URL.startswith("https://")
DAV_URL = f"{PUBLIC_URL}/dav/"  # for calendar programs, which also find it from the bare host

INSTALLED_APPS = [
    "accounts",
    "spaces",
    "bookings",
    "billing",
    "district",
    "unfold.apps.BasicAppConfig",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_cotton",
    "lucide",
    "leaflet",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.middleware.CalendarsFromTheBareHost",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PersonsLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.BusyIsNotBroken",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # widgets of ours: templates/widgets
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.ledig",
            ],
            "builtins": [
                "django.templatetags.static",
                "django.templatetags.i18n",
                "spaces.templatetags.ui",
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------------------

DATABASE_IS_EMBEDDED = not os.environ.get("DATABASE_URL")
if DATABASE_IS_EMBEDDED and (DEMO or TESTING):
    from config.embedded import database_url

    os.environ["DATABASE_URL"] = database_url(LEDIG_HOME)
DATABASES = {
    "default": database(os.environ.get("DATABASE_URL", ""), is_test=TESTING, is_migration=MIGRATING)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = os.environ.get("CACHE_URL", "")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
        if CACHE_URL
        else {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": LEDIG_HOME / "cache" / "django",
        }
    )
}

# --- People -----------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # addresses are unique, whatever their case
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.signup.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "0"))
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "search"
ACCOUNT_LOGOUT_REDIRECT_URL = "search"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_ENGINE = (
    "django.contrib.sessions.backends.cached_db"
    if CACHE_URL
    else ("django.contrib.sessions.backends.db")
)
LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS and not flag("TLS_ENDS_AT_PROXY", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

MAP_TILES_URL = os.environ.get("MAP_TILES_URL", "")
TILES_ORIGIN = ["/".join(MAP_TILES_URL.split("/")[:3])] if MAP_TILES_URL else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *TILES_ORIGIN],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# --- Language and time ------------------------------------------------------------------

LANGUAGE_CODE = "nb"
LANGUAGES = [("nb", _("Norwegian Bokmål")), ("nn", _("Norwegian Nynorsk")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Europe/Oslo"

# --- Files ------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = LEDIG_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "spaces.staticfinders.FontFinder",
]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT") or LEDIG_HOME / "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG or TESTING
            else "config.storage.StaticFiles"
        )
    },
}
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    *("map", "txt", "md", "zip", "gz", "br"),
    *("png", "jpg", "jpeg", "gif", "webp", "avif", "woff", "woff2"),
)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING

# --- Mail -------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "Ledig <booking@ledig.example>")
MAIL_DOMAIN = DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].strip("> ")
MAIL_WEBHOOK_SECRET = os.environ.get("MAIL_WEBHOOK_SECRET", "")  # of mail that comes in
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = (
    "district.mailbox.MailboxBackend" if DEMO else "django.core.mail.backends.smtp.EmailBackend"
)

# --- Tasks ------------------------------------------------------------------------------

CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "filesystem://")
if CELERY_BROKER_URL == "filesystem://":
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(LEDIG_HOME / "celery" / "queue"),
        "data_folder_out": str(LEDIG_HOME / "celery" / "queue"),
        "control_folder": str(LEDIG_HOME / "celery" / "control"),
        "processed_folder": str(LEDIG_HOME / "celery" / "processed"),
    }
    for folder in CELERY_BROKER_TRANSPORT_OPTIONS.values():
        Path(folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS["polling_interval"] = 0.2  # seconds
CELERY_REDIS_SOCKET_CONNECT_TIMEOUT = 1
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = SCHEDULE

# --- E-invoices ---------------------------------------------------------------------------

EHF_ACCESS_POINT = "billing.access_point.Folder"
EHF_OUTBOX = os.environ.get("EHF_OUTBOX", "")  # a folder that an access point empties

# --- Payments ---------------------------------------------------------------------------

STRIPE_SECRET_KEY = os.environ.get("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET", "")
STRIPE_THIN_WEBHOOK_SECRET = os.environ.get("STRIPE_THIN_WEBHOOK_SECRET", "")
STRIPE_API_BASE = os.environ.get("STRIPE_API_BASE", "")  # the stand-in's address; empty: Stripe
if STRIPE_API_BASE:  # our own hosted page takes the form's answer back to us
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(STRIPE_API_BASE)
else:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"] += [
        "https://checkout.stripe.com",
        "https://connect.stripe.com",  # where owners say who they are
    ]

# --- Calendars ---------------------------------------------------------------------------

# "host:port" of servers whose calendars may be read though they are not public, or not over
# TLS: the demo's own, and those of tests. Refused in production.
CALENDAR_TEST_HOSTS = words("CALENDAR_TEST_HOSTS", f"127.0.0.1:{PORT}" if DEMO else "")

# --- Operators ---------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": _("Ledig, operators"),
    "SITE_HEADER": _("Ledig, operators"),
    "SITE_URL": "/",
    "SHOW_VIEW_ON_SITE": False,
    "SITE_SYMBOL": "door_open",
    "SITE_DROPDOWN": [
        {
            "icon": "account_balance",
            "title": _("Trial balance"),
            "link": reverse_lazy("operator:books"),
        }
    ],
    "SITE_FAVICONS": [{"rel": "icon", "href": lambda _request: static("icon.svg")}],
    "COLORS": {  # spruce, as in static/css/tokens.css
        "primary": {
            "50": "#eef8f3",
            "100": "#d9efe4",
            "200": "#b4dfcb",
            "300": "#85c9ab",
            "400": "#4fab86",
            "500": "#2a8c69",
            "600": "#187356",
            "700": "#0b5c4a",
            "800": "#0c493c",
            "900": "#0b3c32",
            "950": "#05221d",
        }
    },
}

# --- API --------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.api.ByToken",  # the first one says how to sign in: 401, not 403
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.Json"],
    "DEFAULT_PAGINATION_CLASS": "config.api.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "config.schema.Described",
    # Of a person, or an address that nobody has signed in from. A demo is one's own machine.
    "DEFAULT_THROTTLE_RATES": {
        "tokens": "20/min",
        "searches": None if DEMO or TESTING else "240/min",
    },
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "EXCEPTION_HANDLER": "config.api.problem",
    "NON_FIELD_ERRORS_KEY": "non_field_errors",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
REST_KNOX = {"TOKEN_TTL": None, "AUTO_REFRESH": False, "USER_SERIALIZER": None}
SPECTACULAR_SETTINGS = {
    "TITLE": "Ledig",
    "DESCRIPTION": "Find, book and pay for the rooms of an innovation district.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {"FeedKindEnum": "bookings.models.feed.FeedKind"},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- District ---------------------------------------------------------------------------

DISTRICT_NAME = os.environ.get("DISTRICT_NAME", "Elgeseter")
DISTRICT_CENTRE = (63.4189, 10.3953)  # latitude, longitude; where distances start by default
COUNTS_KEPT = timedelta(seconds=0 if TESTING else 60)  # beside the filters of a search

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"ledig": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}

if not (DEMO or TESTING) and (reasons := list(reasons_not_to_start(globals()))):
    raise ImproperlyConfigured(
        "Ledig does not start in production like this:\n"
        + "\n".join(f"  - {reason}" for reason in reasons)
        + "\nFor a demo, start `make demo`."
    )
if DEMO and HTTPS:
    raise ImproperlyConfigured("LEDIG_DEMO has known passwords and must not be public.")
