"""The roof: every address of the portal. The gateway is not here: its middleware answers before routing."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("connectors.urls")),
    path("", include("messaging.urls")),
    path("account/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
