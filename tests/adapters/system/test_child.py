"""Child: what it says is heard, at whatever moment of a look it says it."""

import asyncio
import socket
import sys
import time

from tieline.adapters.system.child import MOST_MISSED, ChildProcess

LOOK_S = 0.02


async def test_a_beat_that_comes_in_the_turn_in_which_a_look_ends_is_heard() -> None:
    waits = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "input()", stdin=waits, stderr=asyncio.subprocess.DEVNULL
    )
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    child = ChildProcess(process, ours)
    watch = asyncio.create_task(child.falls_silent(LOOK_S))
    theirs.send(b".")
    try:
        for _ in range(2 * MOST_MISSED):
            for _ in range(5):  # it is heard, and the next look has begun
                await asyncio.sleep(0)
            # The loop stands still: at its next turn the look is over and the beat is there.
            time.sleep(1.5 * LOOK_S)  # noqa: ASYNC251 - see above
            theirs.send(b".")
        assert not watch.done()
        theirs.close()
        assert not await watch
    finally:
        watch.cancel()
        process.kill()
        await process.wait()
        ours.close()
