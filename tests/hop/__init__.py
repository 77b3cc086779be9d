"""A session that hops between providers; see `test_hop`."""


# So that what the client finds wrong is told in full.
