"""Django's settings. What differs between installations comes from the environment (`installation.py`)."""

import os
from pathlib import Path

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from bihuan import installation

BASE_DIR = Path(__file__).resolve().parent.parent
BIHUAN_DATA = installation.data_folder(os.environ, root=BASE_DIR)
BIHUAN_SECRETS = installation.secrets_of(BIHUAN_DATA, os.environ)
BIHUAN_HOST = os.environ.get("HOST", "127.0.0.1")
BIHUAN_PORT = int(os.environ.get("PORT", "8000"))
BIHUAN_ADDRESS = os.environ.get("BIHUAN_ADDRESS", f"http://{BIHUAN_HOST}:{BIHUAN_PORT}").rstrip("/")
BIHUAN_LOOPBACK = BIHUAN_HOST in {"127.0.0.1", "localhost", "::1"}
BIHUAN_PROBES = os.environ.get("BIHUAN_PROBES", "1") == "1"  # whether the clock tries each channel
BIHUAN_CLAMAV = os.environ.get("BIHUAN_CLAMAV", "")  # host:port or socket of a virus scanner; empty for none
BIHUAN_DEMO = os.environ.get("BIHUAN_DEMO", "1" if BIHUAN_LOOPBACK else "0") == "1"
BIHUAN_CLOCK = os.environ.get("BIHUAN_CLOCK", "") if BIHUAN_DEMO else ""
BIHUAN_DUTY_LIMIT_SECONDS = int(os.environ.get("BIHUAN_DUTY_LIMIT_SECONDS", "120"))
BIHUAN_BACKUPS = Path(os.environ.get("BIHUAN_BACKUPS") or BIHUAN_DATA / "backups").resolve()
BIHUAN_NIGHTLY_BACKUP = os.environ.get("BIHUAN_NIGHTLY_BACKUP", "")  # 1, 0, or "": unless the demo lives here
BIHUAN_HEARTBEAT_URL = os.environ.get("BIHUAN_HEARTBEAT_URL", "")
BIHUAN_HEARTBEAT_PRIVATE = os.environ.get("BIHUAN_HEARTBEAT_PRIVATE", "0") == "1"
BIHUAN_PLAN_THREADS = int(os.environ.get("BIHUAN_PLAN_THREADS", "4"))  # at most, of the cores there are
BIHUAN_MAP = installation.map_ground(os.environ)
BIHUAN_PROVIDERS = installation.providers(os.environ)
BIHUAN_CHANNEL_HOSTS = frozenset(filter(None, os.environ.get("BIHUAN_CHANNEL_HOSTS", "").lower().split(",")))
BIHUAN_EXPORT_GROUND = os.environ.get("BIHUAN_EXPORT_GROUND", "").strip()
BIHUAN_CHANNELS_PRIVATE = os.environ.get("BIHUAN_CHANNELS_PRIVATE", "0") == "1"
BIHUAN_PROXIES = int(os.environ.get("BIHUAN_PROXIES", "0"))
BIHUAN_PROGRESS_DAYS = int(os.environ.get("BIHUAN_PROGRESS_DAYS", "3"))
BIHUAN_SMS_PRICE = os.environ.get("BIHUAN_SMS_PRICE", "")  # yuan for one message; unknown when empty
BIHUAN_HOTLINE = os.environ.get("BIHUAN_HOTLINE", "")
BIHUAN_COMPANY = os.environ.get("BIHUAN_COMPANY", "")

SECRET_KEY = BIHUAN_SECRETS.django
DEBUG = False
ALLOWED_HOSTS = [
    *filter(None, os.environ.get("BIHUAN_HOSTS", "").split(",")),
    "127.0.0.1",
    "localhost",
    "[::1]",
]
if BIHUAN_HOST not in ALLOWED_HOSTS and BIHUAN_HOST not in {"0.0.0.0", "::"}:  # noqa: S104 (compared, not bound)
    ALLOWED_HOSTS.append(BIHUAN_HOST)
BEHIND_TLS = BIHUAN_ADDRESS.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks_db",
    "bihuan.apps.BihuanConfig",
    "bihuan.ground.journal.apps.JournalConfig",
    "bihuan.ground.vault",
    "bihuan.ground.worktime",
    "bihuan.registers.organisation",
    "bihuan.registers.access",
    "bihuan.registers.staff.apps.StaffConfig",
    "bihuan.registers.parts",
    "bihuan.registers.customers",
    "bihuan.registers.knowledge",
    "bihuan.registers.channels.apps.ChannelsConfig",
    "bihuan.service.intake",
    "bihuan.service.intake.calls",
    "bihuan.service.intake.chats",
    "bihuan.service.cases",
    "bihuan.service.searching.apps.SearchingConfig",
    "bihuan.service.commitments",
    "bihuan.service.dispatch",
    "bihuan.service.dispatch.capacity",
    "bihuan.service.dispatch.deciding",
    "bihuan.service.dispatch.grabs",
    "bihuan.service.dispatch.planning",
    "bihuan.service.dispatch.positions",
    "bihuan.service.dispatch.timing",
    "bihuan.service.fieldwork",
    "bihuan.service.satisfaction",
    "bihuan.service.complaints",
    "bihuan.service.orders",
    "bihuan.service.social",
    "bihuan.service.notices",
    "bihuan.service.improvement",
    "bihuan.service.imports",
    "bihuan.web.apps.WebConfig",
    "bihuan.management.demo.apps.DemoConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "bihuan.web.look.middleware.ReaderMiddleware",
    "bihuan.web.look.devices.DeviceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "bihuan.urls"
ASGI_APPLICATION = "bihuan.asgi.application"
WSGI_APPLICATION = "bihuan.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "bihuan" / "web" / "templates"],  # before allauth's own
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bihuan.web.look.context.look",
            ],
        },
    }
]

DATABASES = {"default": installation.database(os.environ, BIHUAN_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": os.environ.get("BIHUAN_TASKS", "django_tasks_db.DatabaseBackend")}}

AUTH_USER_MODEL = "access.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "bihuan.web.look.accounts.Accounts"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "login": "60/m/ip"}
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Bihuan"
MFA_ADAPTER = "bihuan.web.look.second_factor.SecondFactor"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "bihuan.web.look.errors.csrf_refused"
CSRF_TRUSTED_ORIGINS = [BIHUAN_ADDRESS]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = 31536000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_TLS
SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:", *(BIHUAN_MAP.hosts if BIHUAN_MAP else ())],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 40 * 1024 * 1024  # our own limits answer first, in the reader's language
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("zh-hans", _("Simplified Chinese")),
    ("zh-hant", _("Traditional Chinese")),
    ("en", _("English")),
]
LOCALE_PATHS = [BASE_DIR / "bihuan" / "locale"]
TIME_ZONE = os.environ.get("BIHUAN_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = BIHUAN_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "bihuan" / "web" / "look" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

CACHES = {"default": installation.cache(os.environ)}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"bihuan": {"level": "INFO"}, "django.request": {"level": "CRITICAL"}},
}
