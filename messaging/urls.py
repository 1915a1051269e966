"""Addresses of messages: what was sent, and what becomes of it."""

from __future__ import annotations

from django.urls import URLPattern, path

app_name = "messaging"
urlpatterns: list[URLPattern] = []
