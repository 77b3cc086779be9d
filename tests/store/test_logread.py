import json
from pathlib import Path

from ccr.store.logread import Follower, Record, newest


def write(path: Path, *numbers: int, mode: str = "a") -> None:
    with path.open(mode) as file:
        file.writelines(json.dumps({"n": number}) + "\n" for number in numbers)


def numbers(records: list[Record]) -> list[int]:
    return [record["n"] for record in records]


def is_any(record: Record) -> bool:
    return True


def test_newest_lines_span_the_files(tmp_path: Path) -> None:
    write(tmp_path / "ccr.2.log", 1, 2)
    write(tmp_path / "ccr.1.log", 3, 4)
    write(tmp_path / "ccr.log", 5, 6)
    assert numbers(newest(tmp_path, 3, wanted=is_any)) == [4, 5, 6]
    assert numbers(newest(tmp_path, 99, wanted=is_any)) == [1, 2, 3, 4, 5, 6]
    assert numbers(newest(tmp_path, 2, wanted=lambda record: record["n"] % 2 == 0)) == [4, 6]
    assert newest(tmp_path, 0, wanted=is_any) == []


def test_lines_that_are_no_json_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "ccr.log").write_bytes(b'{"n": 1}\ngarbage\n[2]\n\xff\n{"n": 3')
    assert numbers(newest(tmp_path, 9, wanted=is_any)) == [1]
    assert newest(tmp_path / "none", 9, wanted=is_any) == []


def test_follower_sees_only_what_comes_later(tmp_path: Path) -> None:
    write(tmp_path / "ccr.log", 1)
    follower = Follower(tmp_path)
    assert list(follower.read()) == []
    write(tmp_path / "ccr.log", 2, 3)
    assert numbers(list(follower.read())) == [2, 3]
    follower.close()


def test_follower_goes_on_after_a_rotation(tmp_path: Path) -> None:
    write(tmp_path / "ccr.log", 1)
    follower = Follower(tmp_path)
    write(tmp_path / "ccr.log", 2)
    (tmp_path / "ccr.log").rename(tmp_path / "ccr.1.log")
    assert numbers(list(follower.read())) == [2]
    write(tmp_path / "ccr.1.log", 3)
    write(tmp_path / "ccr.log", 4)
    assert numbers(list(follower.read())) == [3, 4]
    write(tmp_path / "ccr.log", 5)
    assert numbers(list(follower.read())) == [5]
    follower.close()


def test_follower_waits_for_a_log_and_for_whole_lines(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    assert list(follower.read()) == []
    (tmp_path / "ccr.log").write_text('{"n"')
    assert list(follower.read()) == []
    with (tmp_path / "ccr.log").open("a") as file:
        file.write(": 1}\n")
    assert numbers(list(follower.read())) == [1]
    follower.close()
