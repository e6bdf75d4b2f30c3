"""Hub: connections, flows and schedules as their author declared them."""
