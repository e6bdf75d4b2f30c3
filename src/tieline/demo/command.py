"""Command: wishes come in; the demo is played, shown and judged, and an exit code goes out."""

import asyncio
import json
import signal
import sys
from dataclasses import asdict

from tieline.demo.accounting import accounting
from tieline.demo.driver import play
from tieline.demo.keep import console, keep_on
from tieline.demo.live_table import screen
from tieline.demo.outcome import DemoOutcome, reckon
from tieline.demo.parts import MakeAccount, OpenViews, stage
from tieline.demo.report import report
from tieline.demo.watch import watching
from tieline.surfaces.cli.build import DemoOptions

STOPPED = 128 + signal.SIGTERM


def run_demo(wishes: DemoOptions, open_views: OpenViews, account: MakeAccount) -> int:
    """Play; 1 when an effect was doubled or an event lost."""
    try:
        found = asyncio.run(_demo(wishes, open_views, account))
    except (asyncio.CancelledError, KeyboardInterrupt):
        return 0 if wishes.keep else STOPPED
    return 0 if found.count.is_good else 1


async def _demo(wishes: DemoOptions, open_views: OpenViews, account: MakeAccount) -> DemoOutcome:
    task = asyncio.current_task()
    if task is None:
        raise AssertionError("there is no task around a coroutine that runs")
    # Told to stop, what was started has to be stopped as well.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with stage(wishes, open_views, account) as at_work:
        if not wishes.is_json:
            sys.stdout.write(console(at_work) + "\n")
            sys.stdout.flush()
        with screen(wishes) as shown:
            async with accounting(at_work) as accounts, watching(at_work, shown):
                await play(at_work)
        found = await reckon(at_work, accounts)
        if wishes.is_json:
            sys.stdout.write(json.dumps(asdict(found.count)) + "\n")
        else:
            await report(at_work, found)
        if wishes.keep:
            await keep_on(at_work)
        return found
