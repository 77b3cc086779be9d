import random
import tracemalloc

from ccr.tokens.cache import GENERATION, Cache


def test_cache_remembers() -> None:
    cache = Cache()
    assert cache.get(1) is None
    cache.put(1, 10)
    assert cache.get(1) == 10


def test_cache_remembers_a_count_of_nothing() -> None:
    cache = Cache(generation=1)
    cache.put(1, 0)
    cache.put(2, 5)
    assert cache.get(1) == 0


def test_cache_keeps_what_is_used_and_drops_what_is_not() -> None:
    cache = Cache(generation=4)
    cache.put(0, 7)
    for key in range(1, 40):
        cache.put(key, key)
        assert cache.get(0) == 7
    assert cache.get(1) is None


def test_cache_never_holds_more_than_two_generations() -> None:
    cache = Cache(generation=8)
    source = random.Random(3)
    for _ in range(2000):
        if cache.get(key := source.randrange(50)) is None:
            cache.put(key, key)
        assert len(cache) <= 16


def test_cache_at_its_largest_takes_less_than_five_megabytes() -> None:
    source = random.Random(3)
    tracemalloc.start()
    try:
        cache = Cache()
        for _ in range(3 * GENERATION):
            cache.put(source.getrandbits(63), source.randrange(1_000, 100_000))
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(cache) >= GENERATION
    assert used < 5_000_000
