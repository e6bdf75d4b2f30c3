"""Address: an address comes in; the same without its password goes out, for messages and people.

It is also given what nobody could use as an address: there, rather too much is hidden.
"""

import re
from urllib.parse import unquote

OF_FILE = "sqlite:///"
BEGINNING = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*:/*")
IN_QUERY = re.compile(r"([?&][^=&]*)=([^&]*(?:&[^=&]*(?=&|$))*)")
"""A key and its value, with what belongs to it if somebody wrote & as it is."""
NO_PORT = re.compile(r":(?!\d*(?:[,/?]|$))[^,/?@\]]+(?=[,/?]|$)")
HIDDEN = "…"


def shown(address: str) -> str:
    """A path is shown as it is."""
    begins = BEGINNING.match(address)
    if begins is None or address.startswith(OF_FILE):
        return address
    scheme, rest = begins[0], address[begins.end() :]
    start, end = rest.find(":"), rest.rfind("@")
    if 0 <= start < end:
        rest = rest[:start] + rest[end:]
    elif end < 0:
        rest = _without_a_port_in_words(rest)
    return scheme + IN_QUERY.sub(_shown_pair, rest)


def _without_a_port_in_words(rest: str) -> str:
    """``user:password`` where ``@host`` was forgotten; an address in brackets has colons too."""
    host, bracket, port = rest.rpartition("]")
    return f"{host}{bracket}{NO_PORT.sub(f':{HIDDEN}', port)}"


def _shown_pair(pair: re.Match[str]) -> str:
    is_secret = "password" in unquote(pair[1]).lower()
    return f"{pair[1]}={HIDDEN}" if is_secret else pair[0]
