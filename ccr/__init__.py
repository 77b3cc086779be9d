"""ccr: routes Claude Code's requests to the models of any provider."""
