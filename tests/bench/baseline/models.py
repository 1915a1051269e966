"""The same three tables as the gateway's, in shape and indexes, and what a message refers to."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class MessageType(models.Model):
    """A message type; blocked or open."""

    code = models.CharField(max_length=10, unique=True)
    blocked = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class AllowedAddress(models.Model):
    """An address that a user may send from."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    address = models.GenericIPAddressField()

    def __str__(self) -> str:
        return self.address


class Message(models.Model):
    """A message."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False)
    message_type = models.ForeignKey(MessageType, on_delete=models.PROTECT, db_index=False)
    external_message_id = models.CharField(max_length=200)
    sender_environment = models.CharField(max_length=8, blank=True)
    source_address = models.GenericIPAddressField()
    content_digest = models.BinaryField(max_length=32)
    content_size = models.PositiveIntegerField()
    received_at = models.DateTimeField(auto_now_add=True)
    status = models.PositiveSmallIntegerField(default=10)
    status_changed_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "external_message_id"], name="external_id_once_per_user")
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="list"),
            models.Index(fields=["user", "status", "-id"], name="list_by_status"),
            models.Index(fields=["id"], condition=models.Q(status__in=[10, 20]), name="for_worker"),
            models.Index(fields=["id"], condition=models.Q(status__in=[50, 70]), name="for_delivery"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class MessageContent(models.Model):
    """The bytes of a message."""

    message = models.OneToOneField(Message, primary_key=True, on_delete=models.CASCADE, related_name="content")
    content = models.BinaryField()

    def __str__(self) -> str:
        return str(self.message_id)


class MessageEvent(models.Model):
    """Something that happened to a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=10, default="status")
    to_status = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    actor_name = models.CharField(max_length=150)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["message", "id"], name="events")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"
