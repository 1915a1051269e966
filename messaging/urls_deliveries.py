"""Addresses of delivery: channels, what could not be sent, and what is recorded by hand or reported back."""

from __future__ import annotations

from django.urls import URLPattern, path

import messaging.converters  # noqa: F401  # it registers `ref`
from messaging.views import callback, channels, deliveries

CHANNELS = "<env:code>/beheer/verzendkanalen"
MESSAGE = "<env:code>/berichten/<ref:message_id>"

urlpatterns: list[URLPattern] = [
    path(f"{CHANNELS}/", channels.channel_list, name="channel_list"),
    path(f"{CHANNELS}/nieuw/", channels.channel_add, name="channel_add"),
    path(f"{CHANNELS}/<int:pk>/", channels.channel_detail, name="channel_detail"),
    path(f"{CHANNELS}/<int:pk>/opslaan/", channels.channel_save, name="channel_save"),
    path(f"{CHANNELS}/<int:pk>/testen/", channels.channel_test, name="channel_test"),
    path(f"{CHANNELS}/<int:pk>/geheim/", channels.channel_secret, name="channel_secret"),
    path(f"{CHANNELS}/<int:pk>/verwijderen/", channels.channel_delete, name="channel_delete"),
    path("<env:code>/verzendfouten/", deliveries.delivery_list, name="delivery_list"),
    path("<env:code>/verzendfouten/opnieuw/", deliveries.resend_all, name="resend_all"),
    path("<env:code>/verzendfouten/opnieuw/<int:pk>/", deliveries.resend_run, name="resend_run"),
    path("<env:code>/verzendfouten/opnieuw/<int:pk>/stoppen/", deliveries.resend_stop, name="resend_stop"),
    path(f"{MESSAGE}/opnieuw-verzenden/", deliveries.message_resend, name="message_resend"),
    path(f"{MESSAGE}/verzonden/", deliveries.message_sent, name="message_sent"),
    path(f"{MESSAGE}/geaccepteerd/", deliveries.message_accepted, name="message_accepted"),
    path(f"{MESSAGE}/geweigerd/", deliveries.message_refused, name="message_refused"),
    path("terugmelding/<uuid:public_id>/", callback.delivery_callback, name="delivery_callback"),
]
