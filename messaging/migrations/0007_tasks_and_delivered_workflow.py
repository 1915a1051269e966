"""Tasks have their index, a message stays in its version, and every environment gets *Controleren en accorderen*."""

from django.db import migrations
from django.utils import timezone

from portal.integrity import composite_key

# What waits in a step, oldest deadline first and those without one last: small, however many messages there are.
TASKS = """
    CREATE INDEX message_tasks ON messaging_message (step_id, COALESCE(due_at, 'infinity'::timestamptz), id)
    WHERE status = 30 AND question_id IS NULL
"""
QUESTIONED = "CREATE INDEX message_questioned ON messaging_message (question_id) WHERE question_id IS NOT NULL"

NAME = "Controleren en accorderen"
STEPS = (
    {"name": "Controleren", "actions": ["forward", "reject", "ask"]},
    {"name": "Accorderen", "actions": ["approve", "reject", "return", "ask"], "four_eyes": True},
)


def deliver(apps, schema_editor):
    """Give every environment the second workflow, unless it has one of that name."""
    environments = apps.get_model("connectors", "Environment").objects
    workflows = apps.get_model("messaging", "Workflow").objects
    versions = apps.get_model("messaging", "WorkflowVersion").objects
    steps = apps.get_model("messaging", "WorkflowStep").objects
    for environment in environments.exclude(workflows__name=NAME):
        workflow = workflows.create(environment=environment, name=NAME)
        version = versions.create(workflow=workflow, number=1)
        for position, step in enumerate(STEPS, start=1):
            steps.create(version=version, position=position, role="behandelaar", deadline_days=3, **step)
        versions.filter(pk=version.pk).update(published_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_workflow_steps")]

    operations = [
        migrations.RunSQL(TASKS, "DROP INDEX message_tasks"),
        migrations.RunSQL(QUESTIONED, "DROP INDEX message_questioned"),
        composite_key(
            name="message_step_in_version_of_message",
            table="messaging_message",
            columns=("step_id", "workflow_version_id"),
            target="messaging_workflowstep",
            target_columns=("id", "version_id"),
        ),
        migrations.RunPython(deliver, migrations.RunPython.noop),
    ]
