"""Django settings. What differs between installations comes from environment variables.

`docs/deploying.md` lists all variables in one table.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from mcs import deployment, mail
from mcs.embedded import configuration
from mcs.embedded.bootstrap import home

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = home(os.environ)

DEMO = configuration.is_demo(os.environ)

if os.environ.get("SECRET_KEY"):
    SECRET_KEY = os.environ["SECRET_KEY"]
elif DEMO:
    SECRET_KEY = configuration.secret_key(HOME)
else:
    raise ImproperlyConfigured(
        "Set SECRET_KEY to a long random text: it signs sessions. For the loopback demo on a "
        "server of your own, set MCS_DEMO=1 instead."
    )

DEBUG = False
BASE_URL = os.environ.get("BASE_URL", "").rstrip("/")
PUBLIC_URL = BASE_URL or f"http://localhost:{os.environ.get('PORT', '8000')}"
"""The beginning of URLs in messages."""
ALLOWED_HOSTS = [
    *filter(None, os.environ.get("ALLOWED_HOSTS", "").replace(" ", "").split(",")),
    *([urlsplit(BASE_URL).hostname] if BASE_URL else []),
    *(["localhost", "127.0.0.1", "[::1]"] if DEMO else []),
]
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL else []
SITE_NAME = os.environ.get("SITE_NAME", "Migrant Civil Society")

INSTALLED_APPS = [
    "orgs",
    "campaigns",
    "mcs",
    "mcs.admin.CatalogueAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    # The templates of its widgets, for forms that the site's own templates render.
    "django.forms",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "mcs.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mcs.middleware.language_from_path",
    "mcs.cache.page_cache",
    # Static files are compressed when they are collected; responses of what follows, here.
    "mcs.middleware.CompressionMiddleware",
    # Static files and pages from the cache do not come this far.
    "mcs.costs.limit_expensive_requests",
    "mcs.middleware.ETagMiddleware",
    "mcs.middleware.reject_malformed_requests",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mcs.accounts.middleware.redirect_to_reauthentication",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "mcs.access.reject_unlisted_methods",
    "mcs.middleware.public_database_role",
]

ROOT_URLCONF = "mcs.urls"
WSGI_APPLICATION = "mcs.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "mcs.template_loader.UnindentingLoader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            # Tags are in the packages whose data they show.
            "libraries": {
                "claims": "orgs.claims.tags",
                "accounts": "mcs.accounts.tags",
                "finders": "campaigns.finders.tags",
                "freshness": "orgs.claims.freshness_tags",
                "analysis": "campaigns.analysis.tags",
                "networks": "campaigns.networks.tags",
                "places": "campaigns.places.tags",
                "propositions": "campaigns.propositions.tags",
                "labels": "orgs.pages.labels",
                "sentences": "orgs.pages.sentences",
                "undertakings": "campaigns.pages.tags",
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mcs.views.site",
            ],
        },
    },
]

DATABASES = {"default": configuration.configuration(os.environ)}
AUTH_USER_MODEL = "orgs.Account"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    # For older accounts, whose hashes change at the next sign-in.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
LOGOUT_REDIRECT_URL = "/"
# Sessions end with the browser, or after a week: editors also work on shared computers.
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 7 * 86_400

# People sign up and in by a code sent by e-mail, or by a password.
ACCOUNT_ADAPTER = "mcs.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "mcs.accounts.forms.AddressForm",
    "change_email": "mcs.accounts.forms.OtherAddressForm",
    "change_password": "mcs.accounts.forms.ChangePassword",
    "confirm_email_verification_code": "mcs.accounts.forms.AddressCodeForm",
    "confirm_login_code": "mcs.accounts.forms.SignInCodeForm",
    "confirm_password_reset_code": "mcs.accounts.forms.PasswordCodeForm",
    "login": "mcs.accounts.forms.SignInForm",
    "reauthenticate": "mcs.accounts.forms.ConfirmForm",
    "reset_password": "mcs.accounts.forms.ForgottenForm",
    "reset_password_from_key": "mcs.accounts.forms.OtherPassword",
    "set_password": "mcs.accounts.forms.FirstPassword",
    "signup": "mcs.accounts.forms.SignUpForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# The form removes the password: the time of checking one would reveal known addresses.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "mcs.accounts.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Clocks of phones are off by up to half a minute.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = SITE_NAME
MFA_FORMS = {
    "activate_totp": "mcs.accounts.factor_forms.AppForm",
    "add_webauthn": "mcs.accounts.factor_forms.PasskeyForm",
    "authenticate": "mcs.accounts.factor_forms.FactorForm",
    "authenticate_webauthn": "mcs.accounts.factor_forms.FactorPasskeyForm",
    "edit_webauthn": "mcs.accounts.factor_forms.PasskeyNameForm",
    "login_webauthn": "mcs.accounts.factor_forms.ShownPasskeyForm",
    "reauthenticate": "mcs.accounts.factor_forms.ConfirmFactorForm",
    "reauthenticate_webauthn": "mcs.accounts.factor_forms.ConfirmPasskeyForm",
}
# At most 20 passwords an hour are checked for one account, from all networks together. Owners who
# are locked out by a stranger can still sign in by a code.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,60/h/ip,5/5m/key,20/h/key",
    "request_login_code": "20/m/ip,60/h/ip,3/5m/key,10/h/key",
    "signup": "10/m/ip,30/h/ip",
    "reset_password": "10/m/ip,30/h/ip,3/5m/key,10/h/key",
    "reset_password_from_key": "10/m/ip,30/h/ip",
    "reauthenticate": "10/m/user",
}
# The client's address is the one that the outermost of these proxies adds to X-Forwarded-For.
TRUSTED_PROXIES_SET = bool(os.environ.get("TRUSTED_PROXIES"))
ALLAUTH_TRUSTED_PROXY_COUNT = deployment.trusted_proxies(os.environ)
CACHES = {
    "default": {
        "BACKEND": "mcs.accounts.database_cache.DatabaseCache",
        "KEY_FUNCTION": "mcs.accounts.hmac.cache_key",
    }
}

MAIL = mail.configuration(os.environ, DEMO)
EMAIL_SENT = MAIL.sent
EMAIL_BACKEND = MAIL.backend
EMAIL_HOST = MAIL.host
EMAIL_PORT = MAIL.port
EMAIL_HOST_USER = MAIL.user
EMAIL_HOST_PASSWORD = MAIL.password
EMAIL_USE_TLS = MAIL.use_tls
EMAIL_USE_SSL = MAIL.use_ssl
EMAIL_FILE_PATH = MAIL.folder
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL.sender

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("ar", "العربية")]
"""Each by its own name. English has no prefix in addresses; the others have /es/ and /ar/."""
LOCALE_PATHS = [BASE_DIR / "mcs" / "locale"]
FORMAT_MODULE_PATH = ["mcs.formats"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not os.environ.get("PYTEST_VERSION")
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Security headers. mcs.middleware adds the content security policy.
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if BASE_URL.startswith("https://"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# Limits of submitted forms, far above what the site's own forms send.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "orgs.api.problems.exception_handler",
    # `format` is an ordinary parameter: an unknown value is an error that names it, not a 404.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Migrant Civil Society: the API",
    "DESCRIPTION": "The catalogue as sourced statements, to be read by programs. Lists and items "
    "take the same questions as the pages, by the same names; a name or value that is not known "
    "is refused and named. Every answer carries an ETag: send it back in If-None-Match and 304 "
    "says that what you have still holds. To keep a copy, follow /api/v1/changes/.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Enumerations are described where they are used, without names of their own.
    "POSTPROCESSING_HOOKS": [
        "orgs.api.openapi.add_schemas_of_fields",
        "orgs.api.openapi.require_no_authentication",
        "orgs.api.openapi.add_examples",
    ],
    # Relative to where the description was read: every catalogue describes itself.
    "SERVERS": [{"url": "/", "description": "The catalogue that this description comes from."}],
    # The order of the contents of the API.
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
}

# The log contains nothing about readers: no network addresses, queries or paths. Django's messages
# about requests contain the path; mcs.middleware logs the same errors without it.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "mcs.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
    },
}
