"""Secret text: a file's text comes in; the lines with a literal that looks like a key go out.

Only forms that vendors publish for their keys, and values that are called a secret where they
stand: whatever else is long and random is mostly a digest or an id.
"""

import re
from collections.abc import Iterator

_KEYS = re.compile(
    r"\b(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{10}"  # Stripe
    r"|\bwh(?:sec|sk)_[0-9A-Za-z+/]{16}"  # Standard Webhooks, Stripe
    r"|\bgh[pousr]_[0-9A-Za-z]{30}|\bgithub_pat_\w{20}|\bglpat-[\w-]{20}"  # GitHub, GitLab
    r"|\bxox[abeprs]-[\w-]{10}|hooks\.slack\.com/services/T\w+/B\w+/\w+"  # Slack
    r"|\bshp(?:at|ca|pa|ss)_[0-9a-f]{32}"  # Shopify
    r"|\bpat-[a-z]{2}\d-[0-9a-f]{8}-"  # HubSpot
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}|\bSG\.[\w-]{16,}\.[\w-]{16}"  # clouds
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\."  # JSON Web Token
    r"|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    r"|\b(?:Bearer|Basic) [0-9A-Za-z._~+/-]{20}"
    r"|\b[a-z][a-z0-9+.-]*://[^\s/:@'\"{}]+:[^\s/@'\"{}]{6,}@"  # a password in a URL
)
_CALLED = re.compile(
    r"(?:secret|token|passw(?:or)?d|api_?key|private_?key)['\"]?\]?\s*[:=]\s*"
    r"[rbuf]?['\"](?=[^'\"]*\d)(?=[^'\"]*[A-Za-z])([^\s'\"{}]{16,})['\"]",
    re.IGNORECASE,
)


def lines_with_secrets(text: str) -> Iterator[int]:
    """The numbers of the lines, from 1; never what stands there."""
    for number, line in enumerate(text.splitlines(), 1):
        if _KEYS.search(line) or _CALLED.search(line):
            yield number
