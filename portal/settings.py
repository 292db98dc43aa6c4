"""The portal's settings: one file, read from the environment (the README has the table).

Two things decide nearly everything else. `SITE_ORIGIN` decides the posture: https means strict; http on a name of this
machine means local mode; http elsewhere refuses to start. `PORTAL_ROLE` decides what a process may touch: `all` serves
everything, `editorial` the admin, `public` pages and API without any editorial database, `mirror` follows another portal.
"""

from pathlib import Path
from urllib.parse import urlsplit

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from portal import environment, sqlite

sqlite.choose_driver()  # before Django imports its backend

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var"))).resolve()

# Posture --------------------------------------------------------------------------------------------------------------

PORT = environment.number("PORT", 8000, least=1)
SITE_ORIGIN = environment.origin(f"http://localhost:{PORT}")
_site = urlsplit(SITE_ORIGIN)
LOCAL_MODE = _site.scheme == "http"
DEBUG = environment.flag("DEBUG") and LOCAL_MODE
SECRET_KEY = environment.secret_key(VAR_DIR / "secret-key")
ALLOWED_HOSTS = [_site.hostname, *environment.names("ALLOWED_HOSTS"), *(environment.LOOPBACK if LOCAL_MODE else ())]
if LOCAL_MODE:
    ALLOWED_HOSTS.append("[::1]")

# Roles and databases --------------------------------------------------------------------------------------------------

ROLE = environment.choice("PORTAL_ROLE", ("all", "editorial", "public", "mirror"), "all")
HAS_EDITORIAL = ROLE in ("all", "editorial")
HAS_PUBLIC = ROLE != "editorial"

DATABASES = {
    # An empty entry is Django's dummy: any query to it is an error.
    "default": environment.database("DATABASE_URL", VAR_DIR / "editorial.sqlite3", sqlite_options=sqlite.options())
    if HAS_EDITORIAL
    else {},
    "published": environment.database(
        "PUBLISHED_DATABASE_URL",
        VAR_DIR / "published.sqlite3",
        sqlite_options=sqlite.options(read_only=ROLE == "public"),
    ),
}
for _database in DATABASES.values():
    if _database.get("ENGINE") == "django.db.backends.postgresql":
        _pool = environment.number("DATABASE_POOL", 8)
        _database["OPTIONS"] = {
            "pool": {"min_size": 0, "max_size": _pool, "timeout": 20} if _pool else False,
            "options": "-c lock_timeout=20s -c idle_in_transaction_session_timeout=60s"
            + (" -c default_transaction_read_only=on" if ROLE == "public" else ""),
        } | _database.get("OPTIONS", {})
        _database["CONN_MAX_AGE"] = 0  # the pool keeps them
EDITION_FILE = Path(environment.text("EDITION_FILE", str(VAR_DIR / "edition")))  # shared by the processes of a machine
STORE_BYTES = (
    environment.number("STORE_MEGABYTES", 64) * 1_000_000
)  # of ready answers in each process; 0: none are kept
DATABASE_ROUTERS = ["portal.router.TwoDatabases"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

HASHED_STATIC = environment.flag("HASHED_STATIC")  # after collectstatic: names with a digest, kept for ever

# Parts ----------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "partnerships",
    "partnerships.publishing",
    *(
        (
            "partnerships.editorial",
            "partnerships.admin.config.PortalAdminConfig",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.mfa",
            "allauth.socialaccount",
            "allauth.usersessions",
        )
        if HAS_EDITORIAL
        else ()
    ),
    "django.contrib.staticfiles",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "portal.watching.Requests",
    "portal.middleware.Manners",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",  # what it refuses or redirects gets the headers above, too
    "portal.middleware.Readable",
    *(() if HASHED_STATIC else ("whitenoise.middleware.WhiteNoiseMiddleware",)),  # else they stand before Django
    *(("portal.limits.MadeAnswers",) if HAS_PUBLIC else ()),
    "django.middleware.common.CommonMiddleware",
    *(
        (
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
            "partnerships.admin.signin.SignedIn",
        )
        if HAS_EDITORIAL
        else ()
    ),
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.PublicOnly",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "NAME": "site",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "site"],
        "OPTIONS": {"environment": "partnerships.public.jinja.environment"},
    },
    {
        "NAME": "admin",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
            if HAS_EDITORIAL
            else []
        },
    },
]

# People ---------------------------------------------------------------------------------------------------------------

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "portal.passwords.MaximumLength", "OPTIONS": {"max_length": 128}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "account_login", "admin:index", "account_login"
AUTHENTICATION_BACKENDS = [
    "partnerships.admin.signin.Recognition",
    "partnerships.editorial.permissions.RoleBackend",
]
STRICT_SIGN_IN = not LOCAL_MODE  # a second factor of everybody, and an end to idle and to long sessions
ACCOUNT_ADAPTER = "partnerships.admin.signin.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up; allauth asks that the two lists agree
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # the cookie goes with the browser
ACCOUNT_LOGIN_TIMEOUT = 15 * 60  # between password and second factor
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_RATE_LIMITS = {  # failures are counted by user name and address together: a name alone would let anybody lock it
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
ACCOUNT_FORMS = {
    "change_password": "partnerships.admin.passwords.Change",
    "reauthenticate": "partnerships.admin.passwords.Reauthenticate",
}
MFA_ADAPTER = "partnerships.admin.signin.Factors"
MFA_FORMS = {
    "add_webauthn": "partnerships.admin.passkeys.AddPasskeyForm",
    "authenticate_webauthn": "partnerships.admin.passkeys.UsePasskeyForm",
    "login_webauthn": "partnerships.admin.passkeys.SignInForm",
    "reauthenticate_webauthn": "partnerships.admin.passkeys.ReauthenticateForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "10/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL_MODE
MFA_RECOVERY_CODES_SHOW_ONCE = True
OIDC = environment.openid()  # an outside provider of identities; empty: there is none
SOCIALACCOUNT_ADAPTER = "partnerships.admin.provider.Identities"
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("TRUSTED_PROXIES", 1 if environment.flag("BEHIND_PROXY") else 0)
REDIS_URL = environment.text("REDIS_URL")  # limits shared by several machines
if HAS_EDITORIAL:
    # Limits on signing in, and codes that were used, are known to all processes: they stand in the editorial database …
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "editorial_counter",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }
    if REDIS_URL:  # … or in Redis, and there while it is away
        CACHES["database"] = CACHES["default"]
        CACHES["default"] = {
            "BACKEND": "portal.cache.SharedCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "portal:desk",
            "OPTIONS": {"FALLBACK": "database"},
        }
SENDS_MAIL = bool(environment.mailers())
if SENDS_MAIL:
    MAILERS = environment.mailers()
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", f"Partnerships Portal <portal@{_site.hostname}>")
RUN_WORKER = HAS_EDITORIAL and environment.flag("RUN_WORKER", True)  # due publications, in the server's own process
REPORT_URL = environment.address("REPORT_URL", "/feedback/" if HAS_EDITORIAL else "")  # empty: pages have no such link
EDITORIAL_FOUR_EYES = environment.choice("EDITORIAL_FOUR_EYES", ("auto", "on", "off"), "auto")

# Safety ---------------------------------------------------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
if HAS_EDITORIAL:
    CSRF_FAILURE_VIEW = "partnerships.admin.refusals.unproven"  # only the editorial side takes forms
else:
    SILENCED_SYSTEM_CHECKS = ["security.W003"]  # … so the others have no middleware that guards them
if not LOCAL_MODE:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    CSRF_TRUSTED_ORIGINS = [SITE_ORIGIN]
    if environment.flag("BEHIND_PROXY"):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Language, time, files ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # the portal's day is the UTC date

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static" if HASHED_STATIC else None
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
EDITIONS_ROOT = (
    VAR_DIR / "editions"
)  # what was public at earlier moments: made when asked for, can be deleted at any time
SNAPSHOTS_ROOT = VAR_DIR / "snapshots"  # what `snapshot` wrote, served below /data/
ORIGINALS_ROOT = VAR_DIR / "originals"  # of pictures: never served
STORAGES = {
    "renditions": environment.storage("RENDITIONS_URL", "MEDIA_ROOT", 0o755),
    # A process that has no desk has no way to the originals.
    **({"originals": environment.storage("ORIGINALS_URL", "ORIGINALS_ROOT", 0o700)} if HAS_EDITORIAL else {}),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FIXTURES_DIR = BASE_DIR / "fixtures"
FILE_UPLOAD_PERMISSIONS = 0o644
WHITENOISE_MAX_AGE = 0  # of names without a digest: asked again each time, answered by 304
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MANIFEST_STRICT = False  # a file that wasn't gathered is a missing picture, not a missing page
WHITENOISE_USE_FINDERS = not HASHED_STATIC

# The API --------------------------------------------------------------------------------------------------------------

LICENCE = "https://creativecommons.org/licenses/by/4.0/"  # of the portal's texts and of the collection of its facts

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "partnerships.api.schema.PortalSchema",
    "EXCEPTION_HANDLER": "partnerships.api.problems.handle",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "partnerships.api.negotiation.JsonOnly",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Partnerships Portal",
    "DESCRIPTION": "NATO's partnerships with countries outside the Alliance: dated, sourced, versioned. Read-only.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "POSTPROCESSING_HOOKS": [],  # sets of words are named by the serializers
    "SORT_OPERATION_PARAMETERS": False,
    "SERVERS": [{"url": SITE_ORIGIN}],
    "LICENSE": {"name": "CC BY 4.0", "url": LICENCE},
}

# Limits: every one of them ---------------------------------------------------------------------------------------------

BUCKETS_FILE = VAR_DIR / "buckets"
INTERNAL_ADDRESSES = ("127.0.0.1", "::")  # of this machine; nobody is limited on it in local mode

LIMITS = {
    "made_answers": environment.number("MADE_ANSWERS", 600),  # public answers made for one address … (0: no limit)
    "made_seconds": 60,  # … within so many seconds
    "page_size": 50,  # rows of an API page unless told
    "page_size_most": 200,
    "query_length": 200,  # characters of a search
    "query_words": 8,
    "search_candidates": 1000,  # records that a search looks at: those with the words in their names, and as many others
    "parameter_length": 500,  # characters of any other parameter
    "cursor_length": 4000,  # our own: it holds the sort key of a row, a title of 200 characters at worst
    "stream_length": 2_000_000,  # characters of documents on a page of the change stream; one may be longer by itself
    "editions": 8,  # past editions kept as files …
    "editions_bytes": 1_000_000_000,  # … and how large they may be together
    "edition_seconds": 20,  # one that would take longer is made by a process of its own
    "snapshot_bytes": 4_000_000_000,  # of one that is loaded
    "follow_bytes": 50_000_000,  # of one answer of a portal that is followed
    "follow_seconds": 30,  # for which a mirror waits for an answer
    "owned_rows": 1000,  # inline rows of one kind in one form
    "autosave_length": 3_000_000,  # characters of a form kept while it is typed
    "autosaves": 20,  # … and for how many tabs of one person and form
    "text_length": 60_000,  # characters of one long text
    "import_rows": 2000,  # records of one file
    "import_bytes": 4_000_000,
    "session_idle": 30 * 60,  # seconds without a request after which somebody is signed out
    "session_life": 12 * 3600,  # seconds after which everybody is
    "link_life": 24 * 3600,  # seconds for which a one-time link opens
    "preview_days": 30,  # life of a preview link
    "report_length": 4000,  # characters of a reader's report
    "reports_per_hour": 5,  # from one address
    "contact_days": 180,  # for which a reader's own address is kept
    "image_bytes": 20_000_000,
    "image_pixels": 25_000_000,
    "image_side": 10_000,
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a country with 500 owned rows of a dozen fields, twice over

METRICS_ADDRESS = environment.private_address("METRICS_ADDRESS")  # where figures are given; None: nowhere
METRICS_FOLDER = (
    EDITION_FILE.parent / f"metrics-{METRICS_ADDRESS[1] if METRICS_ADDRESS else 'none'}"
)  # emptied by `serve`

LOG_FORMAT = environment.choice("LOG_FORMAT", ("lines", "json"), "lines" if LOCAL_MODE else "json")
SLOW_QUERY_MS = environment.number("SLOW_QUERY_MS", 500)  # a query that takes longer is written down
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "portal.logs.JsonLines"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "portal": {"level": "INFO"},
        "portal.request": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
    },
}
