"""The roof: every address of the portal. The gateway is not here: its middleware answers before routing."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.defaults import page_not_found
from django.views.i18n import set_language

from portal.admin_site import site
from portal.health import healthz, readyz
from portal.help_pages import help_index, help_subject
from portal.metrics import metrics
from portal.new_environment import environment_add
from portal.views import home, notices

urlpatterns = [
    path("", home, name="home"),
    path("support/omgevingen/nieuw/", environment_add, name="environment_add"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("hulp/", help_index, name="help"),
    path("hulp/<slug:subject>/", help_subject, name="help_subject"),
    path("", include("connectors.urls")),
    path("", include("messaging.urls")),
    path("", include("portal.pages_urls")),
    # An account's address is changed by support staff: it is how administrators of all environments find a person.
    path("account/email/", page_not_found, {"exception": None}),
    path("account/meldingen/", notices, name="notices"),
    path("account/", include("allauth.urls")),
    # Also who is not signed in may choose the language.
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("admin/", site.urls),
]
