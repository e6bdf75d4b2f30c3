"""Entry point: arguments go to the command line, with the wiring it works with."""

from tieline.surfaces.cli.build import Build
from tieline.surfaces.cli.main import main as cli


def main() -> None:
    """Run the ``tieline`` command."""
    cli(make_build)


def make_build() -> Build:
    """The wiring; imported only when a command needs it, so that help comes at once."""
    from tieline.compose.cli import Build

    return Build()


if __name__ == "__main__":
    main()
