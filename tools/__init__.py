"""What the Makefile and the build hook run: the standard library only, Python 3.11 or later."""
