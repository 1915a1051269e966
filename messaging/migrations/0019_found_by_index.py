"""What the dashboard counts has an index of its own; and which facts go together is known to who plans a query.

Without those statistics a list of entries of a cause that an environment never had was looked for in the whole table:
the cause being frequent, and the environment being large, fifty of them had to be near.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connectors", "0008_one_time_tokens"),
        ("messaging", "0018_messages_by_type_and_tried"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="delivery", name="delivery_failed"),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["environment", "-message"],
                condition=models.Q(("gave_up_at__isnull", True), ("log_reference__isnull", False)),
                name="delivery_again",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["environment", "due_at"], condition=models.Q(("status", 30)), name="message_due"
            ),
        ),
        migrations.RunSQL(
            "CREATE STATISTICS log_facts_together (mcv) ON environment_id, cause, resolved_at FROM messaging_logentry",
            "DROP STATISTICS log_facts_together",
        ),
        migrations.RunSQL(
            "CREATE STATISTICS message_facts_together (mcv) "
            "ON environment_id, message_type_id, status FROM messaging_message",
            "DROP STATISTICS message_facts_together",
        ),
    ]
