"""Out of files: an error comes in; whether it came of this machine alone goes out."""

import errno
import os

from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind

_OUT = frozenset({errno.EMFILE, errno.ENFILE})


def is_out_of_files(error: BaseException) -> bool:
    """Whether *error* came since no more files may be opened, here or on the whole machine.

    A resolver hides that behind words of its own, so one is opened to see.
    """
    if isinstance(error, OSError) and error.errno in _OUT:
        return True
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as tried:
        return tried.errno in _OUT
    return False


def exhausted(place: str) -> CallFailed:
    """How a call to *place* ends for which no file was left."""
    detail = f"{place} was not called: this process may open no more files (ulimit -n raises that)"
    return CallFailed(FailureKind.EXHAUSTED, Delivered.NO, detail)
