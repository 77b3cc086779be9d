"""How many files and connections this process may have open: each stream is two of them."""

WANTED = 16_384


def allow_many() -> None:
    """Raise the soft limit, which may be as low as 256, towards the hard one. Without effect where there is none.

    Children that are started from now on inherit it.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit.
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):
            return  # macOS refuses more than the kernel's own limit; what there is has to do.
