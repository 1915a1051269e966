"""The WSGI application: `granian --interface wsgi portal.wsgi:application`."""

from __future__ import annotations

import os
import sys

from django.core.wsgi import get_wsgi_application

from portal.slow_bodies import Bounds, Watchman

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# Seconds. A thread back from the database waits at most this long for one that computes; with the usual 5 ms the
# slowest hundredth of the calls takes a fifth longer, as every trip to the database pays it several times.
sys.setswitchinterval(0.0005)
# Seconds. The largest body that the gateway takes gets in at 2 Mbit/s; a pause of ten seconds is a lost connection.
# A web process has eight threads: when half of them wait, the patience ends.
watchman = Watchman(usual=Bounds(whole=120, silence=10), tight=Bounds(whole=10, silence=2), crowd=4)
portal = get_wsgi_application()

from messaging.gateway.entrance import gateway_before  # noqa: E402  models can be loaded only now

application = watchman.watch(gateway_before(portal))
