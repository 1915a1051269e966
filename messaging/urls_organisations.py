"""Addresses of organisations: managing them, and linking messages to them."""

from __future__ import annotations

from django.urls import URLPattern, path

import messaging.converters  # noqa: F401  # it registers `ref`
from messaging.views import linking, organisation_import, organisations

ORGANISATIONS = "<env:code>/beheer/organisaties"
ORGANISATION = f"{ORGANISATIONS}/<int:pk>"
MESSAGE = "<env:code>/berichten/<ref:message_id>"

urlpatterns: list[URLPattern] = [
    path(f"{MESSAGE}/organisatie/", linking.message_link, name="message_link"),
    path(f"{MESSAGE}/organisatie/koppelen/", linking.message_link_existing, name="message_link_existing"),
    path(f"{MESSAGE}/organisatie/nieuw/", linking.message_link_new, name="message_link_new"),
    path(f"{MESSAGE}/organisatie/ontkoppelen/", linking.message_unlink, name="message_unlink"),
    path(f"{ORGANISATIONS}/", organisations.organisation_list, name="organisation_list"),
    path(f"{ORGANISATIONS}/nieuw/", organisations.organisation_add, name="organisation_add"),
    path(f"{ORGANISATIONS}/exporteren/", organisation_import.organisation_export, name="organisation_export"),
    path(f"{ORGANISATIONS}/importeren/", organisation_import.organisation_import, name="organisation_import"),
    path(
        f"{ORGANISATIONS}/importeren/voorbeeld/",
        organisation_import.organisation_import_example,
        name="organisation_import_example",
    ),
    path(
        f"{ORGANISATIONS}/importeren/<int:import_pk>/",
        organisation_import.organisation_import_preview,
        name="organisation_import_preview",
    ),
    path(
        f"{ORGANISATIONS}/importeren/<int:import_pk>/uitvoeren/",
        organisation_import.organisation_import_carry_out,
        name="organisation_import_carry_out",
    ),
    path(f"{ORGANISATION}/", organisations.organisation_detail, name="organisation_detail"),
    path(f"{ORGANISATION}/naam/", organisations.organisation_rename, name="organisation_rename"),
    path(f"{ORGANISATION}/nummers/", organisations.organisation_number_add, name="organisation_number_add"),
    path(
        f"{ORGANISATION}/nummers/<int:number_pk>/verwijderen/",
        organisations.organisation_number_remove,
        name="organisation_number_remove",
    ),
    path(f"{ORGANISATION}/archiveren/", organisations.organisation_archive, name="organisation_archive"),
    path(f"{ORGANISATION}/terugzetten/", organisations.organisation_restore, name="organisation_restore"),
    path(f"{ORGANISATION}/verwijderen/", organisations.organisation_delete, name="organisation_delete"),
]
