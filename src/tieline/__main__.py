"""Entry point: arguments go to the command line, with the wiring it works with."""

from tieline.surfaces.cli.main import main as cli
from tieline.wiring import Build


def main() -> None:
    """Run the ``tieline`` command."""
    cli(Build())


if __name__ == "__main__":
    main()
