"""Numbers and message types stay inside one environment; message content is compressed fast."""

from django.db import migrations

from portal.integrity import composite_key

# lz4 compresses several times faster than the default; a server built without it keeps the default.
CONTENT_LZ4 = """
    DO $$ BEGIN
        ALTER TABLE messaging_messagecontent ALTER COLUMN content SET COMPRESSION lz4;
        ALTER TABLE messaging_messagecontent ALTER COLUMN pdf SET COMPRESSION lz4;
    EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
        RAISE NOTICE 'this server has no lz4; message content uses its default compression';
    END $$
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("connectors", "0002_inside_one_environment")]

    operations = [
        composite_key(
            name="number_in_environment_of_organisation",
            table="messaging_organisationnumber",
            columns=("organisation_id", "environment_id"),
            target="messaging_organisation",
            target_columns=("id", "environment_id"),
        ),
        composite_key(
            name="message_type_in_environment_of_workflow",
            table="messaging_messagetype",
            columns=("workflow_id", "environment_id"),
            target="messaging_workflow",
            target_columns=("id", "environment_id"),
        ),
        migrations.RunSQL(CONTENT_LZ4, migrations.RunSQL.noop),
    ]
