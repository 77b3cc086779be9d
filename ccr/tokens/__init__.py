"""How many tokens a request has: bundled tiktoken ranks, a cache of what was counted, a worker thread.

Nothing here opens a connection or loads tiktoken before the first text is counted.
"""
