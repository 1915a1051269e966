"""Addresses of an app connector's pages."""

from __future__ import annotations

from django.urls import reverse

from connectors.models import AppConnector
from connectors.views.environment import EnvironmentRequest

TABS = {
    "general": "app_connector_detail",
    "grants": "grant_list",
    "tokens": "token_list",
    "ip_rules": "ip_rule_list",
    "audit": "app_connector_audit",
}


def tab_url(request: EnvironmentRequest, tab: str, app_connector: AppConnector) -> str:
    """Return the address of a tab of the properties."""
    return reverse(f"connectors:{TABS[tab]}", args=[request.environment.code, app_connector.pk])


def list_url(request: EnvironmentRequest) -> str:
    return reverse("connectors:app_connector_list", args=[request.environment.code])
