"""Shown: an address comes in; the same without its password goes out, for messages and people."""

import re

OF_USER = re.compile(r"(://[^/?#:@]*):[^/?#]*@")
IN_QUERY = re.compile(r"([?&][^=&]*password[^=&]*=)[^&#]*")


def shown(address: str) -> str:
    """A path is shown as it is."""
    if "://" not in address:
        return address
    return IN_QUERY.sub(r"\1…", OF_USER.sub(r"\1@", address))
