"""How connectors' own values are written on pages."""

from __future__ import annotations

from django import template

from connectors.fields import display_network

register = template.Library()
register.filter("network", display_network)
