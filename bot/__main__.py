"""`python -m bot` and `factdesk`: the command line, from its first moment."""

import os
import signal


def main() -> None:
    """Run the command line; Ctrl+C while it is being loaded ends the process quietly."""
    signal.signal(signal.SIGINT, lambda number, frame: os._exit(0))
    from bot.cli.app import main

    signal.signal(signal.SIGINT, signal.default_int_handler)
    main()


if __name__ == "__main__":
    main()
