from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from reconciler.sandbox.options import UnconfirmedBehaviour
from tests.fixtures.commands import FAST, inside, process
from tests.fixtures.project import pending, write
from tests.fixtures.relay import losing
from tests.fixtures.serving import accepted, sent, serving

SIGNS = tuple(pending(number) for number in range(1, 6))
ALL = Counter(sign.sign_id for sign in SIGNS)


def test_a_proxy_that_loses_the_third_answer_makes_nothing_be_sent_twice(tmp_path: Path) -> None:
    file = write(tmp_path, SIGNS)
    with serving(SIGNS) as sandbox, losing(sandbox.url, "ModifySmsSign", 3) as proxy:
        done = process("apply", "--yes", "--format", "json", "--endpoint", proxy, *FAST, file, cwd=tmp_path)
        assert (done.code, set(done.by_key("outcome").values())) == (0, {"accepted"})
        assert (sent(sandbox.requests), accepted(sandbox.requests)) == (ALL, ALL)
        again = process("plan", "--format", "json", "--endpoint", sandbox.url, *FAST, file, cwd=tmp_path)
        assert set(again.by_key("verdict").values()) == {"waiting"}


@pytest.mark.usefixtures("_warped")
def test_a_lost_answer_to_what_cannot_show_ends_with_the_truth_that_nobody_knows(tmp_path: Path) -> None:
    write(tmp_path, SIGNS)
    with serving(SIGNS, facts=UnconfirmedBehaviour(create_time="stays")) as sandbox:
        assert inside("apply", "--yes", "--endpoint", sandbox.url, *FAST, tmp_path / "signatures.yaml").code == 0
        hidden = [sign._replace(remark="Login codes") for sign in SIGNS]
        file = write(tmp_path, hidden)
        with losing(sandbox.url, "ModifySmsSign", 3) as proxy:
            done = inside("apply", "--yes", "--format", "json", "--endpoint", proxy, *FAST, file)
        assert (done.code, list(done.by_key("outcome").values())[2]) == (7, "unsettled")
        for _ in range(2):
            again = inside("apply", "--yes", "--format", "json", "--endpoint", sandbox.url, *FAST, file)
            assert (again.code, again.by_key("verdict")["sign-3"]) == (0, "unverified")
        assert sent(sandbox.requests) == Counter({sign.sign_id: 2 for sign in SIGNS})
