"""The users' JavaScript: one child process that runs it, and how we talk to it."""
