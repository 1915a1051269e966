"""The kinds of message that the gateway knows (DOMAIN 2), and what belongs to each."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageKind(models.TextChoices):
    """The code is what client programs send as `messageType`. The codes are our own choice, except for KVK."""

    BTW = "BTW", _("VAT return")
    SUP = "SUP", _("Supplementary VAT return")
    ICP = "ICP", _("EC sales listing (ICP)")
    KVK = "KVK", _("Annual accounts (KvK)")


class NumberScheme(models.TextChoices):
    """By which number an organisation is known in a message."""

    VAT = "btw", _("VAT number")
    KVK = "kvk", _("KvK number")
