"""Addresses of set-up and support: who may call."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from connectors.converters import EnvironmentCodeConverter
from connectors.views import groups, incidents, support, users

register_converter(EnvironmentCodeConverter, "env")

app_name = "connectors"
urlpatterns: list[URLPattern] = [
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
    path("<env:code>/allowlist-incidenten/", incidents.incident_list, name="incident_list"),
    path("<env:code>/allowlist-incidenten/nieuw/", incidents.incident_add, name="incident_add"),
    path("<env:code>/allowlist-incidenten/<int:pk>/", incidents.incident_detail, name="incident_detail"),
    path("support/incidenten/", support.support_queue, name="support_queue"),
    path("support/incidenten/<int:pk>/", support.support_incident, name="support_incident"),
    path("support/incidenten/<int:pk>/goedkeuren/", support.support_approve, name="support_approve"),
    path("support/incidenten/<int:pk>/afkeuren/", support.support_reject, name="support_reject"),
    path("support/allowlist/<int:pk>/intrekken/", support.entry_revoke, name="entry_revoke"),
]
