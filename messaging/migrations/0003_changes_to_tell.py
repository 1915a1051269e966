"""Each message counts in how many answers to GetUpdatedMessages its status still has to stand."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_inside_one_environment")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="answers_due",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="answers due"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("answers_due__gt", 0)),
                fields=["token", "-answers_due", "id"],
                name="message_for_sender",
            ),
        ),
    ]
