"""GitHub: code hosting; what its deliveries look like."""

from tieline.connectors.github.webhook import GITHUB, GITHUB_FORM

__all__ = ["GITHUB", "GITHUB_FORM"]
