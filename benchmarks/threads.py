"""Threads: a process comes in; the processor time of each of its threads goes out, by name."""

import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

MAIN, UNNAMED = "main", "unnamed"
_LONGEST_NAME = 15


def cpu_us_by_thread(process: int) -> Counter[str]:
    """Microseconds so far; threads of one name are added up; empty where there is no /proc.

    The scheduler's own count, in nanoseconds: that of ``stat`` moves in steps of 10 ms, which is
    a percent of a short slice.
    """
    spent: Counter[str] = Counter()
    for task in Path(f"/proc/{process}/task").glob("*"):
        with suppress(OSError):  # a thread may end while it is looked at
            nanoseconds = int((task / "schedstat").read_text().split()[0])
            spent[_name(task, process)] += nanoseconds // 1000
    return spent


def _name(task: Path, process: int) -> str:
    if int(task.name) == process:
        return MAIN
    name = (task / "comm").read_text()
    inherited = (task.parent / str(process) / "comm").read_text()
    return UNNAMED if name == inherited else name.strip()


def name_threads() -> None:
    """Tell the kernel what our threads are called; an older Python keeps that to itself."""
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            with suppress(OSError):
                comm = Path(f"/proc/self/task/{thread.native_id}/comm")
                comm.write_text(thread.name[:_LONGEST_NAME])
