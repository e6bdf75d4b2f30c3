"""GitLab: code hosting; what its deliveries look like."""

from tieline.connectors.gitlab.webhook import GITLAB, GITLAB_SIGNED

__all__ = ["GITLAB", "GITLAB_SIGNED"]
