"""Django settings of the mall. What differs between installations comes from the environment.

`DATABASE_URL`, `PATRONAGE_SECRET_KEY`, `PATRONAGE_HOSTS` (comma-separated), `PATRONAGE_MEDIA`,
`PATRONAGE_PHONE_KEY`, `PATRONAGE_PROXIES` (how many proxies of ours stand in front),
`PATRONAGE_SMS` (the class that sends text messages), `PATRONAGE_POLICY` (`green-points`),
`PATRONAGE_PAYOUT` (`cash`, or `mall_only`: cash pays orders and cannot be withdrawn),
`PATRONAGE_PAYOUT_MIN`, `_DAILY`, `_PROPOSAL` (minor
units), `_FEE`, `_TAX` (millionths) and `_PROVIDER`, `PATRONAGE_KYC` (classes),
`PATRONAGE_COMMISSION_DAYS`, `PATRONAGE_REWARDS_A_DAY` and `_MINOR` (minor units),
`PATRONAGE_PURCHASE_HOURS`, `PATRONAGE_AFTERSALES_DAYS`, `_ANSWER` (hours) and `_TAKEN_OUT`
(`netted` or `borne`),
`PATRONAGE_AMENDMENT_DAYS`, `PATRONAGE_ECONOMY`,
`PATRONAGE_CURRENCY` (the charter's), `PATRONAGE_DEMO` (1: test payment, SMS codes shown, the clock
can be moved), `PATRONAGE_LOG` (the public log's folder), `PATRONAGE_LOG_KEY` (its key's file: where
it is set, the jobs publish), `PATRONAGE_LOG_WITNESSES` and `PATRONAGE_LOG_ATTESTATION` (a file that
names witnesses, and one with an outsider's statement), `PATRONAGE_LOG_BUCKET` (s3://bucket/prefix,
where the log is copied to),
`PATRONAGE_METRICS_TOKEN` (with it `/metrics` answers whoever has it),
`PATRONAGE_SHEETS` (the folder of the disclosure sheet),
`PATRONAGE_MESSAGES` (`text`, or `json`: messages as one JSON object a line).
"""

import os
import secrets
from importlib.util import find_spec
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from patronage.ledger.database import database

PACKAGE = Path(__file__).resolve().parent.parent
DEMO = os.environ.get("PATRONAGE_DEMO") == "1"
# The file by which a demonstration's clock is moved on; empty where it goes as the machine's does.
DEMO_CLOCK = os.environ.get("PATRONAGE_DEMO_CLOCK", "") if DEMO else ""

# Without a key of its own an installation signs everyone out at each start.
SECRET_KEY = os.environ.get("PATRONAGE_SECRET_KEY") or secrets.token_urlsafe(48)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("PATRONAGE_HOSTS", "127.0.0.1,localhost").split(",")

# Hashes of former members' phones and of pay PINs are made with it: it must outlast changes of the
# other key.
PHONE_KEY = os.environ.get("PATRONAGE_PHONE_KEY") or SECRET_KEY

ECONOMY = os.environ.get("PATRONAGE_ECONOMY", "mall")
# So many days before it is in force an amendment of the charter must be announced.
AMENDMENT_NOTICE_DAYS = int(os.environ.get("PATRONAGE_AMENDMENT_DAYS", "7"))
CURRENCY = os.environ.get("PATRONAGE_CURRENCY", "CNY")

# So many hours a supplier has to confirm what a storefront sold; then it is declined by itself.
PURCHASE_HOURS = int(os.environ.get("PATRONAGE_PURCHASE_HOURS", "48"))
# So many days after its completion something of an order can be given back.
AFTERSALES_DAYS = int(os.environ.get("PATRONAGE_AFTERSALES_DAYS", "30"))
# So many hours a merchant has to answer, before the platform does.
AFTERSALES_ANSWER_HOURS = int(os.environ.get("PATRONAGE_AFTERSALES_ANSWER", "72"))
# What a member took out of the points of goods that come back: netted from the refund, or borne.
AFTERSALES_TAKEN_OUT = os.environ.get("PATRONAGE_AFTERSALES_TAKEN_OUT", "netted")
if AFTERSALES_TAKEN_OUT not in ("netted", "borne"):
    raise ImproperlyConfigured("PATRONAGE_AFTERSALES_TAKEN_OUT must be netted or borne")

# So many days after a visit by someone's link what is bought earns them its commission.
COMMISSION_DAYS = int(os.environ.get("PATRONAGE_COMMISSION_DAYS", "15"))
# Beyond so many rewarded orders, or so much money in minor units, of a member and day a reward
# waits for a review.
REWARDS_A_DAY = int(os.environ.get("PATRONAGE_REWARDS_A_DAY", "100"))
REWARDS_A_DAY_MINOR = int(os.environ.get("PATRONAGE_REWARDS_A_DAY_MINOR", "500000"))

POLICY = os.environ.get("PATRONAGE_POLICY", "green-points")
if POLICY != "green-points":
    raise ImproperlyConfigured("PATRONAGE_POLICY must be green-points")
PAYOUT = os.environ.get("PATRONAGE_PAYOUT", "cash")
if PAYOUT not in ("cash", "mall_only"):
    raise ImproperlyConfigured("PATRONAGE_PAYOUT must be cash or mall_only")
# Of an amount withdrawn; in minor units, and in millionths of it.
PAYOUT_MIN_MINOR = int(os.environ.get("PATRONAGE_PAYOUT_MIN", "1000"))
PAYOUT_DAILY_MINOR = int(os.environ.get("PATRONAGE_PAYOUT_DAILY", "5000000"))
# Above so much a withdrawal is paid out by a proposal.
PAYOUT_PROPOSAL_MINOR = int(os.environ.get("PATRONAGE_PAYOUT_PROPOSAL", "1000000"))
PAYOUT_FEE_MICRO = int(os.environ.get("PATRONAGE_PAYOUT_FEE", "0"))
PAYOUT_TAX_MICRO = int(os.environ.get("PATRONAGE_PAYOUT_TAX", "0"))
KYC_PROVIDER = os.environ.get("PATRONAGE_KYC", "patronage.members.testpayout.TestKyc")
PAYOUT_PROVIDER = os.environ.get(
    "PATRONAGE_PAYOUT_PROVIDER", "patronage.members.testpayout.TestPayoutProvider"
)

METRICS_TOKEN = os.environ.get("PATRONAGE_METRICS_TOKEN", "")
if METRICS_TOKEN and find_spec("prometheus_client") is None:
    raise ImproperlyConfigured("PATRONAGE_METRICS_TOKEN needs patronage[metrics] to be installed")

LOG_FORM = os.environ.get("PATRONAGE_MESSAGES", "text")
if LOG_FORM not in ("text", "json"):
    raise ImproperlyConfigured("PATRONAGE_MESSAGES must be text or json")

LOG = os.environ.get("PATRONAGE_LOG", "")
LOG_KEY = os.environ.get("PATRONAGE_LOG_KEY", "")
LOG_WITNESSES = os.environ.get("PATRONAGE_LOG_WITNESSES", "")
LOG_ATTESTATION = os.environ.get("PATRONAGE_LOG_ATTESTATION", "")
SHEETS = os.environ.get("PATRONAGE_SHEETS", "")
LOG_BUCKET = os.environ.get("PATRONAGE_LOG_BUCKET", "")

INSTALLED_APPS = [
    "patronage.web.book",
    "patronage.web.mall",
    "patronage.web.merchant",
    "patronage.web.console",
    "patronage.web.log",
    "patronage.web.shared",
    "patronage.commerce",
    "patronage.members",
    "patronage.ledger",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "patronage.web.log.files.keep_alike",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "patronage.web.shared.second_factor.require_second_factor",
    "patronage.web.console.unopened.OpenFirst",
    "patronage.web.shared.policy.relax_policy",
    "patronage.web.mall.invited.remember_referrer",
    "patronage.web.shared.devices.remember_device",
]

ROOT_URLCONF = "patronage.web.config.urls"
WSGI_APPLICATION = "patronage.web.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "patronage.web.mall.context.cart_count",
            ],
        },
    },
]

DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "members.Person"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("PATRONAGE_STATIC", "static")
MEDIA_URL = "/media/"
MEDIA_ROOT = os.environ.get("PATRONAGE_MEDIA", "media")

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Compressed, and named by content, so that a browser may keep them for good.
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CACHES = {
    # Shared by all workers, so that limits hold for all of them together.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "members_cached",
    },
}

SMS_SENDER = os.environ.get("PATRONAGE_SMS", "patronage.members.sms.EmbeddedSender")
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "office"  # of staff; members go on to where they came from
ACCOUNT_ADAPTER = "patronage.web.shared.second_factor.SignInAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_ADAPTER = "patronage.web.shared.second_factor.SecretsAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # staff are appointed, and nothing is mailed
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {"authenticate": "patronage.web.shared.second_factor.CodeForm"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("PATRONAGE_PROXIES", "0"))
if ALLAUTH_TRUSTED_PROXY_COUNT:
    # The proxy ends TLS and says so; without one nobody is believed who does.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = ["^healthz$", "^metrics$"]  # a monitor asks beside the proxy
    SECURE_HSTS_SECONDS = 30 * 86_400
# Whether other names below this one have TLS is not for the mall to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

UNFOLD = {
    "SITE_TITLE": _("Console"),
    "SITE_HEADER": _("Console"),
    "SITE_SYMBOL": "storefront",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "/static/shared/icons/icon.svg"}
    ],
    "SHOW_BACK_BUTTON": True,
    "SHOW_LANGUAGES": True,
    "ACCOUNT": {
        "navigation": [{"title": _("Signing in safely"), "link": reverse_lazy("mfa_index")}],
    },
    # Wine red, from light to dark.
    "COLORS": {
        "primary": {
            "50": "#fbf1f4",
            "100": "#f6e2e8",
            "200": "#ecc3cf",
            "300": "#dd97ab",
            "400": "#c9617f",
            "500": "#a8325a",
            "600": "#8e1f3f",
            "700": "#741731",
            "800": "#5d1029",
            "900": "#4a0d21",
            "950": "#2c0613",
        },
    },
}

UNFOLD_MERCHANT = {
    **UNFOLD,
    "SITE_TITLE": _("Merchant's office"),
    "SITE_HEADER": _("Merchant's office"),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "patronage.web.config.logs.JsonLines"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORM}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Django's own would keep an error in a page to itself where no administrator is mailed.
    # That somebody asks for a page that is not there is no news.
    "loggers": {"django": {"handlers": []}, "django.request": {"level": "ERROR"}},
}

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}

COMPANY_NAME = os.environ.get("PATRONAGE_COMPANY", _("Demonstration company"))
COMPANY_IS_NAMED = bool(os.environ.get("PATRONAGE_COMPANY")) or DEMO
COMPANY_LICENCE = os.environ.get("PATRONAGE_LICENCE", "")
COMPANY_ICP = os.environ.get("PATRONAGE_ICP", "")
