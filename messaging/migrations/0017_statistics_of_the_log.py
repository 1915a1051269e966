"""What the planner cannot guess about the communication log: a token, and so its hint, belongs to one environment.

Taken for independent of each other, the two conditions together look so rare that all lines of a busy token are
fetched and sorted (952 ms for 29,000 of 3 million lines), where the index has its newest fifty in order (10 ms).
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0016_daily_counts")]

    operations = [
        migrations.AddIndex(
            model_name="dailymessages", index=models.Index(fields=["day"], name="messages_counted_by_day")
        ),
        migrations.AddIndex(
            model_name="dailyrefusals", index=models.Index(fields=["day"], name="refusals_counted_by_day")
        ),
        migrations.RunSQL(
            "CREATE STATISTICS log_hint_of_environment (dependencies, ndistinct) "
            "ON environment_id, token_hint FROM messaging_logentry",
            "DROP STATISTICS log_hint_of_environment",
        ),
        migrations.RunSQL(
            "CREATE STATISTICS log_token_of_environment (dependencies, ndistinct) "
            "ON environment_id, token_id FROM messaging_logentry",
            "DROP STATISTICS log_token_of_environment",
        ),
    ]
