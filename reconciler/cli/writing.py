"""What the commands that store or submit something work with."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from reconciler.apply.account import writing
from reconciler.apply.context import Context, Observer
from reconciler.apply.evidence import images_of
from reconciler.cli.inputs import Inputs, record_of
from reconciler.cli.reaching import reached
from reconciler.clock import SystemClock
from reconciler.cloud.pace import ModifyPace
from reconciler.decision.build import Choice
from reconciler.model.plan import Target
from reconciler.state.lineage import head_commit


class Surroundings(NamedTuple):
    """An open account and its record. ``shared`` where the record is on a branch, ``commit`` what is checked out."""

    context: Callable[[Observer], Context]
    target: Target
    shared: bool
    commit: str | None


@contextmanager
def surroundings(
    inputs: Inputs, choice: Choice, options: dict[str, Any], stop: threading.Event
) -> Iterator[Surroundings]:
    """Open the account of the definitions for writing. ``options`` are those of ``reach_options``."""
    clock = SystemClock(stop)
    with reached(inputs, **options) as reach, writing(inputs.account, reach, clock) as opened:
        store = record_of(inputs, opened.target, embedded=reach.embedded)
        commit = head_commit(inputs.definitions.root)
        context = partial(
            _context,
            reader=opened.reader,
            writer=opened.writer,
            store=store,
            clock=clock,
            pace=ModifyPace(clock, reach.pacing.modify_interval),
            pacing=reach.pacing,
            choice=choice,
            stopped=stop.is_set,
            load_images=partial(images_of, inputs.definitions.root),
            run=uuid.uuid4().hex,
            commit=commit,
        )
        yield Surroundings(context, opened.target, inputs.definitions.branch is not None and not reach.embedded, commit)


def _context(observer: Observer, **given: Any) -> Context:
    return Context(observer=observer, **given)
