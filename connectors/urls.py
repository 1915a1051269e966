"""Addresses of set-up and support: who may call."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from connectors.converters import EnvironmentCodeConverter
from connectors.views import (
    app_connectors,
    audit,
    claims,
    groups,
    handover,
    incidents,
    ip_rules,
    replacement,
    second_environment,
    secrets,
    support,
    support_decisions,
    support_entries,
    tokens,
    users,
    wizard,
)

register_converter(EnvironmentCodeConverter, "env")

_APPS = "<env:code>/beheer/app-connectors/"
_APP = f"{_APPS}<int:pk>/"
_QUEUE = "support/incidenten/"

app_name = "connectors"
urlpatterns: list[URLPattern] = [
    path("overdracht/<str:reference>/", claims.claim, name="claim"),
    path("overdracht/<str:reference>/bestand/", claims.claim_download, name="claim_download"),
    path("<env:code>/beheer/gebruikers/", users.user_list, name="user_list"),
    path("<env:code>/beheer/gebruikers/nieuw/", users.user_add, name="user_add"),
    path("<env:code>/beheer/gebruikers/nieuw-systeemgebruiker/", users.system_user_add, name="system_user_add"),
    path("<env:code>/beheer/gebruikers/<int:pk>/", users.user_detail, name="user_detail"),
    path("<env:code>/beheer/gebruikers/<int:pk>/rol/", users.user_role, name="user_role"),
    path("<env:code>/beheer/gebruikers/<int:pk>/groepen/", users.user_join_group, name="user_join_group"),
    path("<env:code>/beheer/gebruikers/<int:pk>/blokkeren/", users.user_block, name="user_block"),
    path("<env:code>/beheer/gebruikers/<int:pk>/deblokkeren/", users.user_unblock, name="user_unblock"),
    path("<env:code>/beheer/gebruikers/<int:pk>/verwijderen/", users.user_remove, name="user_remove"),
    path("<env:code>/beheer/gebruikersgroepen/", groups.group_list, name="group_list"),
    path("<env:code>/beheer/gebruikersgroepen/nieuw/", groups.group_add, name="group_add"),
    path("<env:code>/beheer/gebruikersgroepen/<int:pk>/", groups.group_detail, name="group_detail"),
    path("<env:code>/beheer/gebruikersgroepen/<int:pk>/naam/", groups.group_rename, name="group_rename"),
    path("<env:code>/beheer/gebruikersgroepen/<int:pk>/leden/", groups.group_member_add, name="group_member_add"),
    path(
        "<env:code>/beheer/gebruikersgroepen/<int:pk>/leden/<int:member_pk>/verwijderen/",
        groups.group_member_remove,
        name="group_member_remove",
    ),
    path(_APPS, app_connectors.app_connector_list, name="app_connector_list"),
    path(f"{_APPS}nieuw/", wizard.wizard_start, name="wizard_start"),
    path(f"{_APPS}nieuw/<slug:run>/", wizard.wizard_details, name="wizard_details"),
    path(f"{_APPS}nieuw/<slug:run>/controleren/", wizard.wizard_review, name="wizard_review"),
    path(f"{_APPS}nieuw/<slug:run>/voltooien/", wizard.wizard_finish, name="wizard_finish"),
    path(f"{_APPS}nieuw/<slug:run>/annuleren/", wizard.wizard_cancel, name="wizard_cancel"),
    path(f"{_APP}controle/", audit.app_connector_audit, name="app_connector_audit"),
    path(_APP, app_connectors.app_connector_detail, name="app_connector_detail"),
    path(f"{_APP}opslaan/", app_connectors.app_connector_save, name="app_connector_save"),
    path(
        f"{_APP}opslaan-en-sluiten/", app_connectors.app_connector_save_and_close, name="app_connector_save_and_close"
    ),
    path(f"{_APP}verwijderen/", app_connectors.app_connector_delete, name="app_connector_delete"),
    path(f"{_APP}connectoren/", app_connectors.grant_list, name="grant_list"),
    path(f"{_APP}connectoren/nieuw/", app_connectors.grant_add, name="grant_add"),
    path(f"{_APP}connectoren/<int:grant_pk>/verwijderen/", app_connectors.grant_remove, name="grant_remove"),
    path(f"{_APP}gebruikerstokens/", tokens.token_list, name="token_list"),
    path(f"{_APP}gebruikerstokens/nieuw/", tokens.token_add, name="token_add"),
    path(f"{_APP}gebruikerstokens/bestand/", secrets.token_download, name="token_download"),
    path(f"{_APP}gebruikerstokens/<int:token_pk>/vervangen/", tokens.token_replace, name="token_replace"),
    path(f"{_APP}gebruikerstokens/<int:token_pk>/verwijderen/", tokens.token_delete, name="token_delete"),
    path(f"{_APP}gebruikerstokens/<int:token_pk>/vervanging/", replacement.token_replacement, name="token_replacement"),
    path(f"{_APP}gebruikerstokens/<int:token_pk>/overdracht/", handover.token_handover, name="token_handover"),
    path(
        f"{_APP}gebruikerstokens/<int:token_pk>/overdracht/intrekken/", handover.handover_revoke, name="handover_revoke"
    ),
    path(f"{_APP}gebruikerstokens/<int:token_pk>/overdracht/alarm/", handover.handover_settle, name="handover_settle"),
    path(f"{_APP}ip-restricties/", ip_rules.ip_rule_list, name="ip_rule_list"),
    path(f"{_APP}ip-restricties/nieuw/", ip_rules.ip_rule_add, name="ip_rule_add"),
    path(f"{_APP}ip-restricties/<int:rule_pk>/verwijderen/", ip_rules.ip_rule_remove, name="ip_rule_remove"),
    path(f"{_APP}tweede-klantomgeving/", second_environment.second_environment, name="second_environment"),
    path("<env:code>/allowlist-incidenten/", incidents.incident_list, name="incident_list"),
    path("<env:code>/allowlist-incidenten/nieuw/", incidents.incident_add, name="incident_add"),
    path("<env:code>/allowlist-incidenten/<int:pk>/", incidents.incident_detail, name="incident_detail"),
    path("<env:code>/allowlist-incidenten/<int:pk>/antwoorden/", incidents.incident_answer, name="incident_answer"),
    path("<env:code>/allowlist/", incidents.allowlist, name="allowlist"),
    path(_QUEUE, support.support_queue, name="support_queue"),
    path(f"{_QUEUE}aantal/", support.support_count, name="support_count"),
    path(f"{_QUEUE}meerdere/", support_decisions.support_several, name="support_several"),
    path(f"{_QUEUE}meerdere/goedkeuren/", support_decisions.support_approve_several, name="support_approve_several"),
    path(f"{_QUEUE}meerdere/afkeuren/", support_decisions.support_reject_several, name="support_reject_several"),
    path(f"{_QUEUE}<int:pk>/", support.support_incident, name="support_incident"),
    path(f"{_QUEUE}<int:pk>/goedkeuren/", support_decisions.support_approve, name="support_approve"),
    path(
        f"{_QUEUE}<int:pk>/beperkt-goedkeuren/",
        support_decisions.support_approve_narrower,
        name="support_approve_narrower",
    ),
    path(f"{_QUEUE}<int:pk>/afkeuren/", support_decisions.support_reject, name="support_reject"),
    path(f"{_QUEUE}<int:pk>/vragen/", support_decisions.support_ask, name="support_ask"),
    path(f"{_QUEUE}<int:pk>/toewijzen/", support_decisions.support_assign, name="support_assign"),
    path("support/allowlist/", support_entries.support_entries, name="support_entries"),
    path("support/allowlist/<int:pk>/", support_entries.support_entry, name="support_entry"),
    path("support/allowlist/<int:pk>/einddatum/", support_entries.entry_expiry, name="entry_expiry"),
    path("support/allowlist/<int:pk>/beoordelen/", support_entries.entry_review, name="entry_review"),
    path("support/allowlist/<int:pk>/intrekken/", support_entries.entry_revoke, name="entry_revoke"),
]
