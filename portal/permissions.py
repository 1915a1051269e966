"""Which roles may do what in an environment (DESIGN 6)."""

from __future__ import annotations

from portal.models import Role

MANAGE = frozenset({Role.BEHEERDER})
ASSESS = frozenset({Role.BEHEERDER, Role.BEHANDELAAR})
READ_MESSAGES = frozenset({Role.BEHEERDER, Role.BEHANDELAAR, Role.AUDITOR})
READ_SETUP = frozenset({Role.BEHEERDER, Role.AUDITOR})
EVERY_MEMBER = frozenset({Role.BEHEERDER, Role.BEHANDELAAR, Role.AUDITOR})
