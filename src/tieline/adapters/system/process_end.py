"""Process end: a time limit comes in; unless the process has ended by itself, it is ended then.

A coroutine that catches its every cancellation, or a thread that sleeps on, keeps Python from
ending: the interpreter waits for both. A timer of the system's does not.
"""

import os
import sys
import threading
from contextlib import suppress


def end_process_after(seconds: float, code: int, why: str = "") -> threading.Timer:
    """End this process with exit code *code* in *seconds*, whatever it is in the middle of.

    *why* is said on stderr then. ``cancel`` of what is returned takes the order back.
    """
    timer = threading.Timer(seconds, _end, (code, why))
    timer.daemon = True
    timer.start()
    return timer


def _end(code: int, why: str) -> None:
    with suppress(Exception):  # whatever they are, what they wrote to is gone
        if why:
            sys.stderr.write(f"tieline: {why}\n")
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
