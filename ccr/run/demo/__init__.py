"""`ccr demo`: the router and a made-up provider on this machine, and one request on its whole way."""
