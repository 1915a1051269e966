"""Channels by which approved messages leave, what became of each delivery, and runs that send many again."""

import uuid

import django.contrib.postgres.functions
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from portal.integrity import composite_key


class Migration(migrations.Migration):
    dependencies = [
        ("connectors", "0003_failed_calls"),
        ("messaging", "0004_approval_of_bytes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="delivery",
                        serialize=False,
                        to="messaging.message",
                        verbose_name="message",
                    ),
                ),
                ("turn", models.PositiveIntegerField(default=0, verbose_name="turn")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("due_at", models.DateTimeField(null=True, verbose_name="due")),
                ("held", models.BooleanField(default=False, verbose_name="held by a worker")),
                (
                    "cause",
                    models.CharField(
                        blank=True, help_text="A code of connectors.causes.", max_length=40, verbose_name="cause"
                    ),
                ),
                ("observed", models.CharField(blank=True, max_length=200, verbose_name="observed")),
                ("log_reference", models.UUIDField(null=True, verbose_name="log reference")),
                ("gave_up_at", models.DateTimeField(null=True, verbose_name="given up")),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
            },
        ),
        migrations.CreateModel(
            name="DeliveryChannel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public id"),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("folder", "Folder"), ("webhook", "Webhook")], max_length=7, verbose_name="kind"
                    ),
                ),
                (
                    "blocked",
                    models.BooleanField(
                        default=False,
                        help_text="Messages of a blocked channel wait; nothing is lost.",
                        verbose_name="blocked",
                    ),
                ),
                ("folder", models.CharField(blank=True, max_length=120, verbose_name="folder")),
                ("url", models.CharField(blank=True, max_length=500, verbose_name="address")),
                ("sealed_secret", models.TextField(blank=True, editable=False, verbose_name="secret")),
                ("secret_changed_at", models.DateTimeField(editable=False, null=True, verbose_name="secret changed")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("failures", models.PositiveIntegerField(default=0, editable=False, verbose_name="failures in a row")),
                ("failing_since", models.DateTimeField(editable=False, null=True, verbose_name="failing since")),
                ("rests_until", models.DateTimeField(editable=False, null=True, verbose_name="rests until")),
                ("last_sent_at", models.DateTimeField(editable=False, null=True, verbose_name="last sent")),
                ("noticed_on", models.DateField(editable=False, null=True, verbose_name="told about")),
            ],
            options={
                "verbose_name": "delivery channel",
                "verbose_name_plural": "delivery channels",
            },
        ),
        migrations.CreateModel(
            name="DeliveryChannelEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, verbose_name="public id")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("folder", "Folder"), ("webhook", "Webhook")], max_length=7, verbose_name="kind"
                    ),
                ),
                (
                    "blocked",
                    models.BooleanField(
                        default=False,
                        help_text="Messages of a blocked channel wait; nothing is lost.",
                        verbose_name="blocked",
                    ),
                ),
                ("folder", models.CharField(blank=True, max_length=120, verbose_name="folder")),
                ("url", models.CharField(blank=True, max_length=500, verbose_name="address")),
                ("secret_changed_at", models.DateTimeField(editable=False, null=True, verbose_name="secret changed")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DeliveryRoute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "verbose_name": "delivery route",
                "verbose_name_plural": "delivery routes",
            },
        ),
        migrations.CreateModel(
            name="DeliveryRouteEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ResendRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True, verbose_name="key")),
                ("wanted", models.JSONField(default=dict, verbose_name="filter")),
                ("total", models.PositiveIntegerField(verbose_name="messages")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="put back")),
                ("after", models.UUIDField(null=True, verbose_name="came to")),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("stopped", "Stopped"), ("finished", "Finished")],
                        default="running",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "requested_at",
                    models.DateTimeField(
                        db_default=django.contrib.postgres.functions.TransactionNow(), verbose_name="requested"
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
            ],
            options={
                "verbose_name": "run of sending again",
                "verbose_name_plural": "runs of sending again",
            },
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="message_for_delivery",
        ),
        migrations.AlterField(
            model_name="logentry",
            name="door",
            field=models.CharField(
                choices=[("soap", "SOAP"), ("rest", "REST"), ("worker", "Processing"), ("sender", "Delivery")],
                max_length=6,
                verbose_name="where",
            ),
        ),
        migrations.AlterField(
            model_name="messageevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("status", "Status"),
                    ("linked", "Organisation linked"),
                    ("note", "Remark"),
                    ("resent", "To be sent again"),
                ],
                default="status",
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status", 50)), fields=["message_type", "id"], name="message_for_delivery"
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetype",
            constraint=models.UniqueConstraint(fields=("id", "environment"), name="message_type_environment"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="environment",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="connectors.environment",
                verbose_name="environment",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="message_type",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="messaging.messagetype",
                verbose_name="message type",
            ),
        ),
        migrations.AddField(
            model_name="deliverychannel",
            name="environment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delivery_channels",
                to="connectors.environment",
                verbose_name="environment",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="channel",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="messaging.deliverychannel",
                verbose_name="channel",
            ),
        ),
        migrations.AddField(
            model_name="deliverychannelevent",
            name="environment",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="connectors.environment",
                verbose_name="environment",
            ),
        ),
        migrations.AddField(
            model_name="deliverychannelevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="messaging.deliverychannel",
            ),
        ),
        migrations.AddField(
            model_name="deliveryroute",
            name="channel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="routes",
                to="messaging.deliverychannel",
                verbose_name="channel",
            ),
        ),
        migrations.AddField(
            model_name="deliveryroute",
            name="environment",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="connectors.environment",
                verbose_name="environment",
            ),
        ),
        migrations.AddField(
            model_name="deliveryroute",
            name="message_type",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="route",
                to="messaging.messagetype",
                verbose_name="message type",
            ),
        ),
        migrations.AddField(
            model_name="deliveryrouteevent",
            name="channel",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="messaging.deliverychannel",
                verbose_name="channel",
            ),
        ),
        migrations.AddField(
            model_name="deliveryrouteevent",
            name="environment",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="connectors.environment",
                verbose_name="environment",
            ),
        ),
        migrations.AddField(
            model_name="deliveryrouteevent",
            name="message_type",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="messaging.messagetype",
                verbose_name="message type",
            ),
        ),
        migrations.AddField(
            model_name="deliveryrouteevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="messaging.deliveryroute",
            ),
        ),
        migrations.AddField(
            model_name="resendrun",
            name="environment",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="connectors.environment",
                verbose_name="environment",
            ),
        ),
        migrations.AddField(
            model_name="resendrun",
            name="requested_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="requested by",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="resend_run",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="messaging.resendrun",
                verbose_name="sent again by",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverychannel",
            constraint=models.UniqueConstraint(fields=("environment", "name"), name="delivery_channel_name"),
        ),
        migrations.AddConstraint(
            model_name="deliverychannel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("folder", ""), _negated=True),
                fields=("environment", "folder"),
                name="delivery_folder_of_one_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverychannel",
            constraint=models.UniqueConstraint(fields=("id", "environment"), name="delivery_channel_environment"),
        ),
        migrations.AddConstraint(
            model_name="deliverychannel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "folder"), models.Q(("folder", ""), _negated=True), ("sealed_secret", ""), ("url", "")
                    ),
                    models.Q(
                        ("folder", ""),
                        ("kind", "webhook"),
                        models.Q(("url", ""), _negated=True),
                        models.Q(("sealed_secret", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="delivery_channel_complete",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverychannel",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "messaging_deliverychannelevent" ("blocked", "created_at", "environment_id", "folder", "id", "kind", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "secret_changed_at", "url") VALUES (NEW."blocked", NEW."created_at", NEW."environment_id", NEW."folder", NEW."id", NEW."kind", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."public_id", NEW."secret_changed_at", NEW."url"); RETURN NULL;',
                    hash="36c7c95a3faaf52a03f05a42e28f8f2302ce35e6",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_65398",
                    table="messaging_deliverychannel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverychannel",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."blocked" IS DISTINCT FROM (NEW."blocked") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."environment_id" IS DISTINCT FROM (NEW."environment_id") OR OLD."folder" IS DISTINCT FROM (NEW."folder") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."secret_changed_at" IS DISTINCT FROM (NEW."secret_changed_at") OR OLD."url" IS DISTINCT FROM (NEW."url"))',
                    func='INSERT INTO "messaging_deliverychannelevent" ("blocked", "created_at", "environment_id", "folder", "id", "kind", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "secret_changed_at", "url") VALUES (NEW."blocked", NEW."created_at", NEW."environment_id", NEW."folder", NEW."id", NEW."kind", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."public_id", NEW."secret_changed_at", NEW."url"); RETURN NULL;',
                    hash="6332324437baf8db1f30cce4bcc6fd1230797c25",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4b01f",
                    table="messaging_deliverychannel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverychannel",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "messaging_deliverychannelevent" ("blocked", "created_at", "environment_id", "folder", "id", "kind", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "secret_changed_at", "url") VALUES (OLD."blocked", OLD."created_at", OLD."environment_id", OLD."folder", OLD."id", OLD."kind", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."public_id", OLD."secret_changed_at", OLD."url"); RETURN NULL;',
                    hash="b8c51c50fa1310f71a22df148dca1e0fce9b9c0c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ef9ff",
                    table="messaging_deliverychannel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverychannelevent",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME USING ERRCODE = 'check_violation';",
                    hash="d222de32735031d1a283ce70de250f5b451b9e31",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_0a794",
                    table="messaging_deliverychannelevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverychannelevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f11724f092d18fbcb1c2073760e36bc74679bef8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_fa8ec",
                    table="messaging_deliverychannelevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliveryroute",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "messaging_deliveryrouteevent" ("channel_id", "environment_id", "id", "message_type_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."channel_id", NEW."environment_id", NEW."id", NEW."message_type_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="d8672aa2ef2271745711627004d8b71504ad5009",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a2b78",
                    table="messaging_deliveryroute",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliveryroute",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "messaging_deliveryrouteevent" ("channel_id", "environment_id", "id", "message_type_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."channel_id", NEW."environment_id", NEW."id", NEW."message_type_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="08bc10f52f9de505130385ecdf39d9f7d5610ec4",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_6d5d5",
                    table="messaging_deliveryroute",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliveryroute",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "messaging_deliveryrouteevent" ("channel_id", "environment_id", "id", "message_type_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."channel_id", OLD."environment_id", OLD."id", OLD."message_type_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="dc4515dee834af687eae5e3c2fb117a8a6ad0f0c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a6305",
                    table="messaging_deliveryroute",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliveryrouteevent",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME USING ERRCODE = 'check_violation';",
                    hash="619361711a499514b4d0eb26f9ea9c25021946bc",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_e3d33",
                    table="messaging_deliveryrouteevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliveryrouteevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="0e226222eb20adb90fe5bd992523915bfaa1f0ed",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_77e20",
                    table="messaging_deliveryrouteevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="resendrun",
            index=models.Index(fields=["environment", "-id"], name="resend_runs"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["message_type", "due_at"], name="delivery_due"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("log_reference__isnull", False)),
                fields=["environment", "-message"],
                name="delivery_failed",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("gave_up_at__isnull", False)),
                fields=["environment", "-message"],
                name="delivery_dead",
            ),
        ),
        composite_key(
            name="delivery_route_in_environment_of_type",
            table="messaging_deliveryroute",
            columns=("message_type_id", "environment_id"),
            target="messaging_messagetype",
            target_columns=("id", "environment_id"),
            cascade=True,
        ),
        composite_key(
            name="delivery_route_in_environment_of_channel",
            table="messaging_deliveryroute",
            columns=("channel_id", "environment_id"),
            target="messaging_deliverychannel",
            target_columns=("id", "environment_id"),
            cascade=True,
        ),
    ]
