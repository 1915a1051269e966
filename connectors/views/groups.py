"""User groups of an environment: who is in them, and which app connectors go by them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connectors.actions.groups import authorise, create_group, rename_group, withdraw
from connectors.forms.errors import show_refusal
from connectors.forms.users import AddToGroupForm, GroupForm
from connectors.models import UserGroup
from connectors.queries import get_group_for, get_group_member_for, groups_of
from connectors.views.environment import EnvironmentRequest, environment_page
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.permissions import MANAGE, READ_SETUP

_get_or_post = require_http_methods(["GET", "POST"])


@require_GET
@environment_page(READ_SETUP)
def group_list(request: EnvironmentRequest) -> HttpResponse:
    return render_page(request, "connectors/users/groups.html", {"groups": groups_of(request.environment)})


@_get_or_post
@environment_page(MANAGE)
def group_add(request: EnvironmentRequest) -> HttpResponse:
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            group = create_group(environment=request.environment, acting_user=request.user, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("The group has been made. Now put users in it."))
            return _to_group(request, group)
    status = 422 if form.errors else 200
    return render_page(request, "connectors/users/group_add.html", {"form": form}, status=status)


@require_GET
@environment_page(READ_SETUP)
def group_detail(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """One group; `?member=` names the user to put in, with whom the form is filled in."""
    group = get_group_for(request.environment, pk)
    return _show(request, group, member_form=AddToGroupForm(group, initial={"membership": request.GET.get("member")}))


@require_POST
@environment_page(MANAGE)
def group_rename(request: EnvironmentRequest, pk: int) -> HttpResponse:
    group, form = get_group_for(request.environment, pk), GroupForm(request.POST)
    if form.is_valid():
        try:
            rename_group(group=group, acting_user=request.user, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, error)
    if form.errors:
        return _show(request, group, name_form=form, status=422)
    messages.success(request, _("The name has been saved."))
    return _to_group(request, group)


@require_POST
@environment_page(MANAGE)
def group_member_add(request: EnvironmentRequest, pk: int) -> HttpResponse:
    group = get_group_for(request.environment, pk)
    form = AddToGroupForm(group, request.POST)
    if not form.is_valid():
        return _show(request, group, member_form=form, status=422)
    authorise(group=group, membership=form.cleaned_data["membership"], acting_user=request.user)
    messages.success(request, _("The user has been put in the group."))
    return _show(request, group) if request.htmx else _to_group(request, group)


@_get_or_post
@environment_page(MANAGE)
def group_member_remove(request: EnvironmentRequest, pk: int, member_pk: int) -> HttpResponse:
    """Ask whether the user may leave the group, naming the app connectors that refuse the user from then on."""
    group = get_group_for(request.environment, pk)
    member = get_group_member_for(group, member_pk)
    if request.method == "POST":
        withdraw(member=member, acting_user=request.user)
        messages.success(request, _("%(user)s is no longer in the group.") % {"user": member.user})
        return _to_group(request, group)
    tokens = member.user.tokens.filter(
        environment=request.environment, app_connector__group=group, deleted_at__isnull=True
    ).select_related("app_connector")
    return render_page(request, "connectors/users/group_member_remove.html", {"member": member, "tokens": tokens})


def _show(request: EnvironmentRequest, group: UserGroup, *, status: int = 200, **given: Any) -> HttpResponse:
    """Draw one group, with the forms as they were given or as they are at first."""
    context = {
        "group": group,
        "members": group.members.select_related("user").order_by("user__name", "pk"),
        "app_connectors": group.app_connectors.order_by("description"),
        "name_form": GroupForm(initial={"name": group.name}),
        "member_form": AddToGroupForm(group),
        **given,
    }
    context["newcomer"] = context["member_form"].chosen
    context["forms"] = [context["name_form"], context["member_form"]]
    return render_page(request, "connectors/users/group.html", context, fragment="members", status=status)


def _to_group(request: EnvironmentRequest, group: UserGroup) -> HttpResponse:
    return redirect_after(request, reverse("connectors:group_detail", args=[request.environment.code, group.pk]))
