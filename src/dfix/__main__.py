"""`python -m dfix` is the command line."""

from dfix.cli import run

if __name__ == "__main__":
    run()
