"""The check-up: everything that is known to go wrong between a user, Claude Code, the router and the providers."""
