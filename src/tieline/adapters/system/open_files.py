"""Open files: how many this process may open is raised as far as it may be, and told."""

import resource

MOST = 65_536
"""More are of no use to a hub, and some systems walk through all that there may be."""


def raise_open_files() -> int:
    """Raise the limit of this process to what it may be; returns what it is then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return soft if soft != resource.RLIM_INFINITY else MOST
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
