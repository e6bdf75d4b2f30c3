"""Served: the hubs of the benchmarks as ``tieline serve`` finds them, for several processes."""

import os

from benchmarks.relay_hub import relay_hub, steps_hub

SINK = "BENCHMARK_SINK"
_sink = os.environ.get(SINK, "http://127.0.0.1:9")

relay = relay_hub(_sink)
steps = steps_hub(_sink)
