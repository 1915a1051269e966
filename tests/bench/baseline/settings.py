"""Settings of the baseline. Its database is one of its own in the very server that the portal uses."""

from __future__ import annotations

import os

SECRET_KEY = "baseline of a benchmark on the loopback interface"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.bench.baseline.api"
USE_TZ = True
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "knox",
    "tests.bench.baseline",
]
# What an API that only knows tokens needs; the usual list of a new project would make it slower.
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["BASELINE_DATABASE"],
        "HOST": os.environ["BASELINE_HOST"],
        "PORT": os.environ["BASELINE_PORT"],
        "USER": "postgres",
        # A sync worker has one thread, so a kept connection is the fastest that Django offers.
        "CONN_MAX_AGE": None,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["knox.auth.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}
