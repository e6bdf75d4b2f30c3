"""Starting: a flow, as another names it, comes in; its name and the type of its event go out."""

from collections.abc import Callable, Mapping
from typing import Any

from tieline.model.base.errors import SettingsError
from tieline.model.hub.flow import FlowSpec, TopicSource


def startable(flows: Mapping[str, FlowSpec], wanted: Callable[..., Any] | str) -> tuple[str, str]:
    """Raises SettingsError for what no flow is, or cannot be started by another flow."""
    if isinstance(wanted, str):
        spec = flows.get(wanted)
    else:
        spec = next((flow for flow in flows.values() if flow.function is wanted), None)
    if spec is None:
        name = wanted if isinstance(wanted, str) else getattr(wanted, "__name__", repr(wanted))
        raise SettingsError("run.start", name, f"the hub has {', '.join(sorted(flows))}")
    if not isinstance(spec.source, TopicSource) or "*" in spec.type:
        wish = "declare it on hub.topic('a.type') to start it from another flow"
        raise SettingsError("run.start", spec.name, f"it listens to {spec.source.name}; {wish}")
    return spec.name, spec.type
