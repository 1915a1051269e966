"""Tab *IP-restricties*: from which addresses an app connector may be used."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from connectors.actions.ip_rules import add_ip_rule, locked_out_without, remove_ip_rule
from connectors.fields import display_network
from connectors.forms.ip_rules import IpRuleForm
from connectors.models import AppConnector, IpRule
from connectors.queries import get_app_connector_for, get_ip_rule_for
from connectors.views.app_connectors import properties
from connectors.views.environment import EnvironmentRequest, environment_page
from connectors.views.links import tab_url
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.permissions import MANAGE, READ_SETUP

_get_or_post = require_http_methods(["GET", "POST"])


@require_GET
@environment_page(READ_SETUP)
def ip_rule_list(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """The rules, and the form for another; `?address=` fills it in, as the communication log does."""
    form = IpRuleForm(initial={"network": request.GET.get("address", "")})
    return _rules(request, get_app_connector_for(request.environment, pk), form)


@_get_or_post
@environment_page(MANAGE)
def ip_rule_add(request: EnvironmentRequest, pk: int) -> HttpResponse:
    app_connector, form = get_app_connector_for(request.environment, pk), IpRuleForm(request.POST)
    if request.method == "GET":  # after switching language on an answer with errors
        return redirect_after(request, tab_url(request, "ip_rules", app_connector))
    if form.is_valid():
        try:
            rule = add_ip_rule(app_connector=app_connector, acting_user=request.user, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
    if form.errors:
        return _rules(request, app_connector, form, status=422)
    messages.success(
        request, _("The rule for %(network)s has been added.") % {"network": display_network(rule.network)}
    )
    if request.htmx:
        return _rules(request, app_connector, IpRuleForm())
    return redirect_after(request, tab_url(request, "ip_rules", app_connector))


@_get_or_post
@environment_page(MANAGE)
def ip_rule_remove(request: EnvironmentRequest, pk: int, rule_pk: int) -> HttpResponse:
    """Ask, with what it does to addresses in use, and take a rule away."""
    app_connector = get_app_connector_for(request.environment, pk)
    rule = get_ip_rule_for(app_connector, rule_pk)
    if request.method == "GET":
        allowing = app_connector.ip_rules.filter(action=IpRule.Action.ALLOW).exclude(pk=rule.pk)
        context = {
            "app_connector": app_connector,
            "rule": rule,
            "network": display_network(rule.network),
            "locked_out": locked_out_without(rule),
            "last_allow": rule.action == IpRule.Action.ALLOW and not allowing.exists(),
        }
        return render_page(request, "connectors/app_connectors/ip_rule_remove.html", context)
    remove_ip_rule(rule=rule, acting_user=request.user)
    text = _("The rule for %(network)s has been removed.") % {"network": display_network(rule.network)}
    messages.success(request, text)
    return redirect_after(request, tab_url(request, "ip_rules", app_connector))


def _rules(
    request: EnvironmentRequest, app_connector: AppConnector, form: IpRuleForm, status: int = 200
) -> HttpResponse:
    context = {
        **properties(request, app_connector, "ip_rules"),
        "rules": [
            (rule, display_network(rule.network)) for rule in app_connector.ip_rules.order_by("action", "network")
        ],
        "any_allow": app_connector.ip_rules.filter(action=IpRule.Action.ALLOW).exists(),
        "form": form,
    }
    return render_page(request, "connectors/app_connectors/ip_rules.html", context, fragment="panel", status=status)
