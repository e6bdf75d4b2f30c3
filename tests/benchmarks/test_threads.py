"""Processor time by thread: each has its name, and the names come from the process itself."""

import os
import sys
import threading

import pytest
from benchmarks.threads import MAIN, cpu_us_by_thread, name_threads


@pytest.mark.skipif(sys.platform != "linux", reason="threads are read from /proc")
def test_a_named_thread_is_told_apart_from_the_main_one() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="tieline-keeper-of-tests")
    thread.start()
    try:
        name_threads()
        spent = cpu_us_by_thread(os.getpid())
    finally:
        end.set()
        thread.join()

    assert spent[MAIN] > 0
    assert "tieline-keeper-" in spent


def test_a_process_that_is_gone_has_no_threads() -> None:
    assert not cpu_us_by_thread(2**31 - 1)
