"""An approval keeps the SHA-256 of the content that was approved."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_changes_to_tell")]

    operations = [
        migrations.AddField(
            model_name="messageevent",
            name="content_digest",
            field=models.BinaryField(max_length=32, null=True, verbose_name="SHA-256 of the approved content"),
        ),
    ]
