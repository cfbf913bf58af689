"""Each module in here is a fixer, unless its name begins with an underscore."""
