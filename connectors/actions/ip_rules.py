"""IP restrictions of an app connector: from which addresses it may be used (DOMAIN 1b)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from connectors.actions.users import lock_environment
from connectors.fields import display_network
from connectors.models import AppConnector, IpRule
from connectors.queries import addresses_in_use
from portal.errors import ConfirmationNeededError, DomainError
from portal.models import User
from portal.network import Address, Network, permitted


@transaction.atomic
def add_ip_rule(
    *,
    app_connector: AppConnector,
    action: IpRule.Action,
    network: Network,
    note: str = "",
    acting_user: User,
    confirmed: bool = False,
) -> IpRule:
    """Allow or exclude an address or range. One allow rule blocks every other address; an exclude rule always wins.

    Raises `DomainError` on "network" when the address has a rule already or the new rule would have no effect, and
    `ConfirmationNeededError` when the rule would shut out an address that a live token was used from.
    """
    # Two rules at the same moment may together shut out what neither does alone.
    lock_environment(app_connector.environment)
    rules = [*app_connector.ip_rules.all()]
    new = IpRule(app_connector=app_connector, action=action, network=network, note=note)
    _check_effect(rules, new)
    if not confirmed:
        _check_nobody_locked_out(app_connector, rules, new)
    new.save(force_insert=True)
    return new


@transaction.atomic
def remove_ip_rule(*, rule: IpRule, acting_user: User) -> None:
    """Take a rule away. What that does to addresses in use is `locked_out_without`, for the page that asks first."""
    rule.delete()


def locked_out_without(rule: IpRule) -> list[Address]:
    """Return the addresses in use that would be refused once this rule is gone."""
    app_connector = rule.app_connector
    rest = app_connector.ip_rules.exclude(pk=rule.pk)
    return _newly_refused(app_connector, [*app_connector.ip_rules.all()], [*rest])


def _check_effect(rules: Iterable[IpRule], new: IpRule) -> None:
    for rule in rules:
        if rule.network == new.network:
            raise _has_rule(rule)
        excluded = rule.action == IpRule.Action.EXCLUDE and _inside(new.network, rule.network)
        if new.action == IpRule.Action.ALLOW and excluded:
            raise DomainError(
                _(
                    "%(network)s lies in %(excluded)s, which is excluded, and an exclusion always wins. Remove that "
                    "rule first, or enter another address."
                )
                % {"network": display_network(new.network), "excluded": display_network(rule.network)},
                field="network",
            )


def _check_nobody_locked_out(app_connector: AppConnector, rules: list[IpRule], new: IpRule) -> None:
    refused = _newly_refused(app_connector, rules, [*rules, new])
    if not refused:
        return
    raise ConfirmationNeededError(
        _(
            "This rule shuts out %(addresses)s, from which a token of this app connector was used. Allow that address "
            "first, or confirm that you want this."
        )
        % {"addresses": ", ".join(map(str, refused))},
        field="network",
    )


def _newly_refused(app_connector: AppConnector, before: list[IpRule], after: list[IpRule]) -> list[Address]:
    used = addresses_in_use(app_connector)
    return [address for address in used if _lets_in(before, address) and not _lets_in(after, address)]


def _lets_in(rules: Iterable[IpRule], address: Address) -> bool:
    by_action: dict[str, list[Network]] = {choice: [] for choice in IpRule.Action.values}
    for rule in rules:
        by_action[rule.action].append(rule.network)
    return permitted(address, allowed=by_action[IpRule.Action.ALLOW], excluded=by_action[IpRule.Action.EXCLUDE])


def _inside(part: Network, whole: Network) -> bool:
    """Tell whether a network lies within another; the two IP versions never do."""
    return part.version == whole.version and part[0] in whole and part[-1] in whole


def _has_rule(rule: IpRule) -> DomainError:
    return DomainError(
        _("%(network)s has a rule already. Remove that one first to change it.")
        % {"network": display_network(rule.network)},
        field="network",
    )
