"""Groups, members, app connectors and tokens stay inside one environment: keys over two columns hold it."""

from django.db import migrations

from portal.integrity import composite_key


class Migration(migrations.Migration):
    dependencies = [("connectors", "0001_initial"), ("portal", "0002_memberships")]

    operations = [
        composite_key(
            name="member_in_environment_of_group",
            table="connectors_groupmember",
            columns=("group_id", "environment_id"),
            target="connectors_usergroup",
            target_columns=("id", "environment_id"),
        ),
        composite_key(
            name="member_of_environment",
            table="connectors_groupmember",
            columns=("user_id", "environment_id"),
            target="portal_membership",
            target_columns=("user_id", "environment_id"),
            cascade=True,
        ),
        composite_key(
            name="app_connector_in_environment_of_group",
            table="connectors_appconnector",
            columns=("group_id", "environment_id"),
            target="connectors_usergroup",
            target_columns=("id", "environment_id"),
        ),
        composite_key(
            name="token_in_environment_of_app_connector",
            table="connectors_token",
            columns=("app_connector_id", "environment_id"),
            target="connectors_appconnector",
            target_columns=("id", "environment_id"),
        ),
    ]
