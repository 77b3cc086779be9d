"""The status line's contact with the world, quick above all: a branch, a script, a question to the router."""
