"""Every way of searching the communication log leads to an index."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connectors", "0003_failed_calls"),
        ("messaging", "0010_organisation_import"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(fields=["environment", "cause", "-id"], name="log_by_cause"),
        ),
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(fields=["cause", "-id"], name="log_by_cause_anywhere"),
        ),
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(fields=["at"], name="log_by_time"),
        ),
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(
                condition=models.Q(("resolved_at__isnull", True)), fields=["environment", "-id"], name="log_open"
            ),
        ),
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(
                condition=models.Q(("token_hint", ""), _negated=True), fields=["token_hint", "-id"], name="log_by_hint"
            ),
        ),
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(
                condition=models.Q(("sender_environment", ""), _negated=True),
                fields=["sender_environment", "-id"],
                name="log_by_customer",
            ),
        ),
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(
                condition=models.Q(("external_message_id", ""), _negated=True),
                fields=["external_message_id", "-id"],
                name="log_by_external_id",
            ),
        ),
    ]
