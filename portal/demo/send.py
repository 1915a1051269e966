"""Send one XML file to the gateway, for machines without curl: `python send.py CREDENTIALS FILE URL`.

CREDENTIALS is the base64 form of a token. Prints the gateway's answer.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from pathlib import Path


def send(credentials: str, file: Path, url: str) -> tuple[int, str]:
    """Post a file as an XML message and return the answer's status and body. Raises `OSError` without an answer."""
    request = urllib.request.Request(  # noqa: S310 - the address is the user's own
        url,
        data=file.read_bytes(),
        headers={"Authorization": f"AfasToken {credentials}", "Content-Type": "application/xml"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


if __name__ == "__main__":
    status, body = send(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
    print(status, body)  # noqa: T201 - a command's output
    sys.exit(status >= 400)
