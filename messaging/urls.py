"""Addresses of messages: what was sent, and what becomes of it."""

from __future__ import annotations

from django.urls import URLPattern, path

import messaging.converters  # noqa: F401  # it registers `ref`
from messaging import urls_deliveries, urls_organisations, urls_workflow
from messaging.views import assessment, log, log_entry, log_files, message_types, messages, trials
from messaging.views.time_to_fix import time_to_fix

CONNECTOR = "<env:code>/beheer/communicatieconnector"
LOG = "<env:code>/communicatielogboek"
TYPE = f"{CONNECTOR}/berichtsoorten/<str:kind>"
MESSAGE = "<env:code>/berichten/<ref:message_id>"

app_name = "messaging"
urlpatterns: list[URLPattern] = [
    path(f"{CONNECTOR}/", message_types.message_type_list, name="message_type_list"),
    path(f"{CONNECTOR}/berichten/", messages.message_list, {"as_tab": True}, name="message_type_messages"),
    path(f"{TYPE}/", message_types.message_type_properties, name="message_type_properties"),
    path(f"{TYPE}/rij/", message_types.message_type_row, name="message_type_row"),
    path(f"{TYPE}/opslaan/", message_types.message_type_save, name="message_type_save"),
    path(
        f"{TYPE}/opslaan-en-sluiten/",
        message_types.message_type_save_and_close,
        name="message_type_save_and_close",
    ),
    path("<env:code>/berichten/", messages.message_list, name="message_list"),
    path(f"{MESSAGE}/", messages.message_detail, name="message_detail"),
    path(f"{MESSAGE}/document/", messages.message_document, name="message_document"),
    path(f"{MESSAGE}/downloaden/", messages.message_download, name="message_download"),
    path(f"{MESSAGE}/pdf/", messages.message_pdf, name="message_pdf"),
    path(f"{MESSAGE}/pdf/bekijken/", messages.message_pdf_view, name="message_pdf_view"),
    path(f"{MESSAGE}/goedkeuren/", assessment.message_approve, name="message_approve"),
    path(f"{MESSAGE}/afkeuren/", assessment.message_reject, name="message_reject"),
    path(f"{MESSAGE}/herstellen/", assessment.message_repair, name="message_repair"),
    *urls_organisations.urlpatterns,
    *urls_workflow.urlpatterns,
    *urls_deliveries.urlpatterns,
    path(f"{MESSAGE}/herstellen-in-lijst/", assessment.message_repair_in_list, name="message_repair_in_list"),
    path(f"{LOG}/", log.log_list, name="log_list"),
    path(f"{LOG}/nieuw/", log.log_live, name="log_live"),
    path(f"{LOG}/csv/", log_files.log_file, {"kind": "csv"}, name="log_csv"),
    path(f"{LOG}/json/", log_files.log_file, {"kind": "json"}, name="log_json"),
    path(f"{LOG}/<ref:reference>/", log_entry.log_detail, name="log_detail"),
    path(f"{LOG}/<ref:reference>/nu/", log_entry.log_retry, name="log_retry"),
    path(f"{LOG}/<ref:reference>/oplossen/", log_entry.log_fix, name="log_fix"),
    path("support/hersteltijd/", time_to_fix, name="time_to_fix"),
    path("<env:code>/testbericht/", trials.trial_add, name="trial_add"),
    path("<env:code>/testbericht/<int:pk>/", trials.trial_detail, name="trial_detail"),
    path("support/communicatielogboek/", log.support_log_list, name="support_log_list"),
    path("support/communicatielogboek/nieuw/", log.support_log_live, name="support_log_live"),
    path("support/communicatielogboek/csv/", log_files.support_log_file, {"kind": "csv"}, name="support_log_csv"),
    path("support/communicatielogboek/json/", log_files.support_log_file, {"kind": "json"}, name="support_log_json"),
    path("support/communicatielogboek/<ref:reference>/", log_entry.support_log_detail, name="support_log_detail"),
    path("support/communicatielogboek/<ref:reference>/nu/", log_entry.support_log_retry, name="support_log_retry"),
]
