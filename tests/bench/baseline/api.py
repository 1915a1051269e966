"""One endpoint that takes a message in."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.urls import path
from rest_framework import serializers, status
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.bench.baseline.models import AllowedAddress, Message, MessageContent, MessageEvent, MessageType


class AllowedAddressOnly(BasePermission):
    """Whether the caller's address is on its list."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        address = request.META["REMOTE_ADDR"]
        return bool(AllowedAddress.objects.filter(user=request.user, address=address).exists())


class UploadSerializer(serializers.Serializer):
    """The fields of a message; stored with content and event in one transaction."""

    messageType = serializers.SlugRelatedField(  # noqa: N815 - the wire's name
        slug_field="code", queryset=MessageType.objects.filter(blocked=False), source="message_type"
    )
    externalMessageId = serializers.CharField(max_length=200, source="external_message_id")  # noqa: N815
    environmentId = serializers.CharField(max_length=8, source="sender_environment")  # noqa: N815
    messageContent = serializers.CharField(source="content", trim_whitespace=False)  # noqa: N815

    def create(self, validated_data: dict[str, Any]) -> Message:
        content = validated_data.pop("content").encode()
        user = validated_data["user"]
        with transaction.atomic():
            message = Message.objects.create(
                **validated_data, content_digest=hashlib.sha256(content).digest(), content_size=len(content)
            )
            MessageContent.objects.create(message=message, content=content)
            MessageEvent.objects.create(message=message, to_status=message.status, actor_name=user.username)
        return message


class UploadView(APIView):
    """Take a message in."""

    permission_classes = (IsAuthenticated, AllowedAddressOnly)

    def post(self, request: Request) -> Response:
        serializer = UploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        message = serializer.save(user=request.user, source_address=request.META["REMOTE_ADDR"])
        answer = {"results": {"CommSvcConnector": {"messageId": message.id.hex.upper()}}}
        return Response(answer, status=status.HTTP_201_CREATED)


urlpatterns = [path("messages/", UploadView.as_view())]
