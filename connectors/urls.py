"""Addresses of set-up and support: who may call."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from connectors.converters import EnvironmentCodeConverter

register_converter(EnvironmentCodeConverter, "env")

app_name = "connectors"
urlpatterns: list[URLPattern] = []
