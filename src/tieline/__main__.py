"""Entry point: arguments go to the command line, with the composition that it works with."""

from tieline.compose.features import VOCABULARY
from tieline.surfaces.cli.build import Build
from tieline.surfaces.cli.main import main as cli


def main() -> None:
    """Run the ``tieline`` command."""
    cli(VOCABULARY, make_build)


def make_build() -> Build:
    """The composition; imported only when a command needs it, so that help comes at once."""
    from tieline.compose.cli import CliBuild

    return CliBuild()


if __name__ == "__main__":
    main()
