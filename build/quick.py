"""Runs first in the frozen program, before PyInstaller's own hooks: answers what needs nothing of them."""
