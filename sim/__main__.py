"""``python -m sim``: the command line without an installed ``sanyu`` command."""

from sim.cli import main

if __name__ == "__main__":
    main()
