"""Opening an accountancy environment."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.actions.users import AddedPerson, add_person
from connectors.models import Environment
from messaging.delivered import DELIVERED, Delivered
from messaging.kinds import MessageKind
from messaging.models import MessageType, Workflow, WorkflowStep, WorkflowVersion
from portal.errors import DomainError
from portal.models import Role, User


def open_environment(
    *, code: str, office: str, email: str, name: str, username: str, acting_user: User
) -> tuple[Environment, AddedPerson]:
    """Make an environment and its first administrator in one go. Raises `DomainError`; then nothing is made."""
    try:
        with transaction.atomic():
            environment = create_environment(code=code, name=office, acting_user=acting_user)
            added = add_person(
                environment=environment,
                email=email,
                name=name,
                username=username,
                role=Role.BEHEERDER,
                acting_user=acting_user,
            )
    except IntegrityError:
        raise DomainError(_("There is an environment with this code already."), field="code") from None
    return environment, added


@transaction.atomic
def create_environment(*, code: str, name: str, acting_user: User | None) -> Environment:
    """Open an environment with every message type, blocked, and the delivered workflows ready to be linked."""
    environment = Environment.objects.create(code=code, name=name)
    for kind in MessageKind:
        MessageType.objects.create(environment=environment, code=kind)
    for delivered in DELIVERED:
        _deliver(environment, delivered, acting_user)
    return environment


def _deliver(environment: Environment, delivered: Delivered, acting_user: User | None) -> None:
    workflow = Workflow.objects.create(environment=environment, name=delivered.name)
    version = WorkflowVersion.objects.create(workflow=workflow, number=1)
    WorkflowStep.objects.bulk_create(
        WorkflowStep(version=version, position=position, **step)
        for position, step in enumerate(delivered.steps, start=1)
    )
    version.published_at, version.published_by = timezone.now(), acting_user
    version.save(update_fields=["published_at", "published_by"])
