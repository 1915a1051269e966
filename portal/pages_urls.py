"""The roof's own pages of an environment."""

from __future__ import annotations

from django.urls import path

from portal import customer_page, dashboard, dashboard_environments, views

app_name = "portal"
urlpatterns = [
    path("<env:code>/", views.setup, name="setup"),
    path("<env:code>/klantpagina/", customer_page.customer_page, name="customer"),
    path("<env:code>/dashboard/", dashboard.dashboard, name="dashboard"),
    path("support/dashboard/", dashboard.support_dashboard, name="support_dashboard"),
    path(
        "support/dashboard/omgevingen/",
        dashboard_environments.support_by_environment,
        name="support_by_environment",
    ),
    path("<env:code>/zoeken/", views.search, name="search"),
]
