"""Who may call: environments, their groups, app connectors with tokens, and the allowlist."""

from connectors.models.allowlist import AllowlistRequest, CommunicationProfile
from connectors.models.allowlist_entries import AllowlistEntry, AllowlistRemark
from connectors.models.app_connectors import AppConnector, Connector, ConnectorGrant, IpRule
from connectors.models.claims import TokenClaim
from connectors.models.environments import ENVIRONMENT_CODE, Environment, GroupMember, UserGroup
from connectors.models.origins import TokenOrigin
from connectors.models.tokens import Token

__all__ = [
    "ENVIRONMENT_CODE",
    "AllowlistEntry",
    "AllowlistRemark",
    "AllowlistRequest",
    "AppConnector",
    "CommunicationProfile",
    "Connector",
    "ConnectorGrant",
    "Environment",
    "GroupMember",
    "IpRule",
    "Token",
    "TokenClaim",
    "TokenOrigin",
    "UserGroup",
]
