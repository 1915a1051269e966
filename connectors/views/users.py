"""Algemeen / Beheer / Gebruikers: the users of an environment, their role, and whether they are let in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connectors.actions.groups import authorise
from connectors.actions.system_users import create_system_user
from connectors.actions.users import (
    LiveTokensError,
    add_person,
    block_user,
    change_role,
    live_tokens_of,
    remove_from_environment,
    unblock_user,
)
from connectors.forms.errors import show_refusal
from connectors.forms.users import AddPersonForm, AddSystemUserForm, JoinGroupForm, RoleForm
from connectors.queries import get_member_for, members_of
from connectors.views.environment import EnvironmentRequest, environment_page
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.models import Membership, Role
from portal.permissions import MANAGE, READ_SETUP

_get_or_post = require_http_methods(["GET", "POST"])


@require_GET
@environment_page(READ_SETUP)
def user_list(request: EnvironmentRequest) -> HttpResponse:
    return render_page(request, "connectors/users/list.html", {"members": members_of(request.environment)})


@_get_or_post
@never_cache
@environment_page(MANAGE)
def user_add(request: EnvironmentRequest) -> HttpResponse:
    """Add a person; the first password of a new account is in the answer to this POST, and nowhere after it."""
    form = AddPersonForm(request.POST or None, initial={"role": Role.BEHANDELAAR})
    if request.method == "POST" and form.is_valid():
        try:
            added = add_person(environment=request.environment, acting_user=request.user, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, error)
        else:
            if added.password:
                return _first_password(request, added.membership, added.password)
            return _to_member(request, added.membership, _("%(user)s has been added, and signs in as before."))
    return render_page(request, "connectors/users/add.html", {"form": form}, status=_status(form.errors))


def _first_password(request: EnvironmentRequest, membership: Membership, password: str) -> HttpResponse:
    context = {"member": membership, "password": password}
    return render_page(request, "connectors/users/first_password.html", context)


@_get_or_post
@environment_page(MANAGE)
def system_user_add(request: EnvironmentRequest) -> HttpResponse:
    form = AddSystemUserForm(request.environment, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = create_system_user(acting_user=request.user, **form.cleaned_data)
        membership = user.memberships.get(environment=request.environment)
        return _to_member(request, membership, _("System user %(user)s has been made."))
    return render_page(request, "connectors/users/add_system.html", {"form": form}, status=_status(form.errors))


@require_GET
@environment_page(READ_SETUP)
def user_detail(request: EnvironmentRequest, pk: int) -> HttpResponse:
    return _show(request, pk)


@require_POST
@environment_page(MANAGE)
def user_role(request: EnvironmentRequest, pk: int) -> HttpResponse:
    member, form = get_member_for(request.environment, pk), RoleForm(request.POST)
    if form.is_valid():
        try:
            change_role(membership=member, role=form.cleaned_data["role"], acting_user=request.user)
        except DomainError as error:
            show_refusal(form, error)
    if form.errors:
        return _show(request, pk, role_form=form, status=422)
    return _saved(request, pk, _("The role has been saved."))


@require_POST
@environment_page(MANAGE)
def user_join_group(request: EnvironmentRequest, pk: int) -> HttpResponse:
    member = get_member_for(request.environment, pk)
    form = JoinGroupForm(request.environment, member, request.POST)
    if not form.is_valid():
        return _show(request, pk, group_form=form, status=422)
    authorise(group=form.cleaned_data["group"], membership=member, acting_user=request.user)
    return _saved(request, pk, _("The user has been put in the group."))


@require_POST
@environment_page(MANAGE)
def user_block(request: EnvironmentRequest, pk: int) -> HttpResponse:
    return _switch(request, pk, block_user, _("The user has been blocked."))


@require_POST
@environment_page(MANAGE)
def user_unblock(request: EnvironmentRequest, pk: int) -> HttpResponse:
    return _switch(request, pk, unblock_user, _("The user is no longer blocked."))


@_get_or_post
@environment_page(MANAGE)
def user_remove(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Ask whether the user may go, with what goes along and what is in the way."""
    member = get_member_for(request.environment, pk)
    context: dict[str, Any] = {"member": member, "tokens": live_tokens_of(member)}
    if request.method == "POST":
        try:
            remove_from_environment(membership=member, acting_user=request.user)
        except LiveTokensError as error:
            context |= {"tokens": error.tokens, "refusal": error.message}
        except DomainError as error:
            context["refusal"] = error.message
        else:
            messages.success(request, _("%(user)s is no longer a user of this environment.") % {"user": member.user})
            return redirect_after(request, reverse("connectors:user_list", args=[request.environment.code]))
    return render_page(request, "connectors/users/remove.html", context, status=_status(context.get("refusal")))


def _switch(request: EnvironmentRequest, pk: int, action: Callable[..., Membership], done: str) -> HttpResponse:
    member = get_member_for(request.environment, pk)
    try:
        action(membership=member, acting_user=request.user)
    except DomainError as error:
        return _show(request, pk, refusal=error.message, status=422)
    return _saved(request, pk, done)


def _show(request: EnvironmentRequest, pk: int, *, status: int = 200, **given: Any) -> HttpResponse:
    """Draw one user, with the forms as they were given or as they are at first."""
    member = get_member_for(request.environment, pk)
    context = {
        "member": member,
        "tokens": live_tokens_of(member),
        "role_form": RoleForm(initial={"role": member.role}),
        "group_form": JoinGroupForm(request.environment, member),
        **given,
    }
    context["forms"] = [context["role_form"], context["group_form"]]
    return render_page(request, "connectors/users/detail.html", context, fragment="member", status=status)


def _saved(request: EnvironmentRequest, pk: int, done: str) -> HttpResponse:
    """Say that it is done: in place with htmx, on the page itself without."""
    messages.success(request, done)
    if request.htmx:
        return _show(request, pk)
    return redirect_after(request, reverse("connectors:user_detail", args=[request.environment.code, pk]))


def _to_member(request: EnvironmentRequest, membership: Membership, done: str) -> HttpResponse:
    messages.success(request, done % {"user": membership.user})
    return redirect_after(request, reverse("connectors:user_detail", args=[request.environment.code, membership.pk]))


def _status(refused: object) -> int:
    return 422 if refused else 200
