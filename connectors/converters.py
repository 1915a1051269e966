"""How an environment stands in an address: by its code."""

from __future__ import annotations

from connectors.models import ENVIRONMENT_CODE


class EnvironmentCodeConverter:
    """`O12345AB`, exactly as it is written everywhere else."""

    regex = ENVIRONMENT_CODE.strip("^$")

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
