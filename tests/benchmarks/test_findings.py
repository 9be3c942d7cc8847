"""What the benchmarks make of their measurements; the measurements themselves are no test."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from benchmarks.findings import PEAK, plain, ratio
from benchmarks.paired import Pairs
from benchmarks.plot import Curve, chart
from benchmarks.report import line
from benchmarks.subject import Run

PAIRS = Pairs(
    [Run(1.0, 0.9, 80.0), Run(2.0, 1.8, 90.0), Run(3.0, 2.7, 85.0)],
    [Run(10.0, 9.0, 100.0), Run(10.0, 9.0, 100.0), Run(10.0, 9.0, 100.0)],
)


def test_a_ratio_is_the_median_over_the_pairs_with_its_spread() -> None:
    found = ratio("plan / peer", 0.25, PAIRS)
    assert found.value == pytest.approx(0.2)
    assert found.spread == pytest.approx((0.1, 0.3))
    assert (found.ours, found.other) == (2.0, 10.0)


def test_a_goal_is_met_up_to_its_very_value_and_not_beyond() -> None:
    assert ratio("plan / peer", 0.2, PAIRS).met
    assert ratio("plan / peer", 0.19, PAIRS).met is False
    assert "NOT MET" in line(ratio("plan / peer", 0.19, PAIRS))
    assert ratio("plan / peer", None, PAIRS).met is None


def test_memory_is_judged_by_the_peak() -> None:
    assert ratio("memory", 0.9, PAIRS, PEAK).value == pytest.approx(0.85)
    assert plain("memory", 150, PAIRS.ours, PEAK).value == 85.0


def test_the_chart_is_well_formed_and_has_a_point_for_each_size() -> None:
    text = chart([1_000, 10_000], {"seconds": [Curve("plan", [0.4, 1.2]), Curve("validate", [0.3, 0.7])]})
    root = ET.fromstring(text)  # noqa: S314  # our own text
    assert len(root.findall(".//{*}circle")) == 4
    assert "10,000" in text
