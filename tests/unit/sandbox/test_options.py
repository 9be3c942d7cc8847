from __future__ import annotations

from reconciler.sandbox.options import UnconfirmedBehaviour, meanings, ways


def test_the_first_way_of_every_fact_is_the_default() -> None:
    assert {name: getattr(UnconfirmedBehaviour(), name) for name in ways()} == {
        name: told[0] for name, told in ways().items()
    }


def test_every_fact_has_more_than_one_way_and_a_meaning() -> None:
    assert all(len(told) > 1 for told in ways().values())
    assert meanings().keys() == ways().keys()
