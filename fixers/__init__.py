"""The fixers that come with dfix, one module each; found by `dfix.registry`, never imported by name."""
