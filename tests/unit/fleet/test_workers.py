from __future__ import annotations

import threading
import time

import pytest

from reconciler.fleet.workers import side_by_side


def test_every_item_is_worked_on_once_and_no_more_than_allowed_at_a_time() -> None:
    lock, at_once, most = threading.Lock(), 0, 0

    def work(item: int) -> int:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.002)
        with lock:
            at_once -= 1
        return item * 2

    found = dict(side_by_side(range(50), work, 7))
    assert found == {item: item * 2 for item in range(50)}
    assert 1 < most <= 7


def test_one_that_hangs_holds_up_no_other() -> None:
    free = threading.Event()

    def work(item: int) -> int:
        return item or (free.wait(30), 0)[1]

    results = side_by_side(range(10), work, 2)
    assert sorted(item for item, _ in (next(results) for _ in range(9))) == list(range(1, 10))
    free.set()
    assert [item for item, _ in results] == [0]


def test_what_work_raises_comes_out() -> None:
    def work(item: int) -> int:
        raise ValueError(item)

    with pytest.raises(ValueError, match="0"):
        list(side_by_side([0], work, 4))


def test_whoever_leaves_early_leaves_what_was_not_begun() -> None:
    begun = []

    def work(item: int) -> int:
        begun.append(item)
        time.sleep(0.001)
        return item

    results = side_by_side(range(1000), work, 1)
    next(results)
    results.close()
    assert len(begun) < 900
    assert not [thread for thread in threading.enumerate() if thread.daemon and thread.name.startswith("account")]


def test_nothing_to_do_is_no_work() -> None:
    assert list(side_by_side([], len, 4)) == []
