"""``reconciler import --from-terraform``: a state as definitions and images, and on request as the record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from reconciler.apply.adopt import Adoption
from reconciler.apply.adopt import adopt as adopt_all
from reconciler.apply.context import ApplyContext
from reconciler.cli.apply import check_can_ask, confirmed, open_for_writing
from reconciler.cli.formats import DEFAULT_PATH, Allowed
from reconciler.cli.inputs import load_valid
from reconciler.cli.output import Session
from reconciler.cli.progress import progress
from reconciler.decision.intents import is_ours
from reconciler.errors import Exit, Refusal, said
from reconciler.files import PRIVATE_MODE, make_folder, opened, replace_plain
from reconciler.model.plan import Selection
from reconciler.model.signature import Account, Signature
from reconciler.planning.terraform import Instance, Picture, TerraformState, complete, read_state
from reconciler.render.definitions_yaml import Managed, managed_file_text
from reconciler.render.layout import aligned
from reconciler.render.record import adoption_text
from reconciler.render.text import target_line
from reconciler.signals import StopFlag
from reconciler.tencent.endpoint import ConnectionOptions
from reconciler.text import escape_line, local, say

_FOLDER: Final = "evidence"
_FILE_MODE: Final = 0o644
_WARNING: Final = """\
Warning: removing the block from Terraform, or `terraform destroy`, deletes the signature at the vendor. Before it goes:
  terraform state rm ADDRESS                                  forgets it, and leaves the signature
  removed { from = ADDRESS, lifecycle { destroy = false } }   the same in the configuration (Terraform 1.7, OpenTofu)"""
_BELIEF: Final = """\
The state holds what Terraform believes it sent last. An update that the vendor refused looks the same there: compare
with the console where that matters."""


def import_state(
    session: Session,
    state_file: Path,
    account: Account,
    file: Path,
    connection: ConnectionOptions,
    *,
    adopt: bool,
    yes: bool,
) -> int:
    """Write the definitions and images of a state; with ``adopt`` record them as what was submitted."""
    if adopt:
        check_can_ask(yes=yes)
    state = read_state(state_file)
    managed = [_managed(each, file.parent) for each in state.instances]
    replace_plain(
        file,
        managed_file_text(account, managed, said("Terraform's state {file}", file=state_file.name)).encode(),
        mode=_FILE_MODE,
    )
    session.result("\n".join(_table(state, file)))
    session.note(say(_WARNING))
    return _adopted(session, state, file, connection, yes=yes) if adopt else Exit.DONE


_NO_ROW = "{key} is not recorded: the account has no such signature"
_OTHER_NAME = "{key} is not recorded: the account shows another name"


def _managed(each: Instance, folder: Path) -> Managed:
    fields, problems = dict(each.values), dict(each.problems)
    for field, picture in each.pictures.items():
        try:
            fields[field] = _kept(folder, f"{each.key}-{field.removesuffix('_image')}", picture)
        except FileExistsError as error:
            problems[field] = said("{file} is there already, with other content", file=error.filename)
    tainted = ", tainted" if each.tainted else ""
    return Managed(each.key, each.sign_id, each.international, fields, problems, f"{each.address}{tainted}")


def _kept(folder: Path, stem: str, picture: Picture) -> str:
    """Write an image beside the definitions, for its owner alone, never over a file; return its path.

    Raises FileExistsError where another content is there.
    """
    make_folder(folder / _FOLDER)
    name = f"{stem}{picture.ending}"
    with opened(folder / _FOLDER) as place:
        if place is None:
            raise AssertionError("the folder was just made")
        if place.read(name, len(picture.data)) == picture.data:
            return f"{_FOLDER}/{name}"
        try:
            place.create(name, picture.data, mode=PRIVATE_MODE)
        except FileExistsError:
            raise FileExistsError(0, "there already", f"{_FOLDER}/{name}") from None
    return f"{_FOLDER}/{name}"


def _table(state: TerraformState, file: Path) -> Iterator[str]:
    rows = [
        (
            say("complete" if each.is_complete else "incomplete"),
            say("tainted") if each.tainted else "",
            str(each.sign_id),
            escape_line(each.values["sign_name"]),
            each.key,
            escape_line(each.address),
        )
        for each in state.instances
    ]
    yield from (f"  {line}" for line in aligned(rows))
    for each in state.instances:
        yield from (f"  {each.key}: {field}: {escape_line(local(why))}" for field, why in each.problems.items())
    for left in state.unreadable:
        yield "  " + say("{address}: left out, {why}", address=escape_line(left.address), why=left.why)
    count = len(complete(state.instances))
    yield ""
    words = "Import: {count} signatures written to {file}, {whole} of them whole definitions"
    yield say(words, count=len(state.instances), file=file.name, whole=count)
    command = "reconciler validate" + ("" if file.name == DEFAULT_PATH else f" {file.name}")
    yield say(
        "Next: `{command}`, then `reconciler plan`; --adopt records what the state holds as submitted.", command=command
    )


def _adopted(session: Session, state: TerraformState, file: Path, options: ConnectionOptions, *, yes: bool) -> int:
    inputs = load_valid(session, (str(file),))
    if inputs is None:
        return Exit.INVALID
    sound = {each.sign_id for each in complete(state.instances) if not each.tainted}
    wanted = [each for each in inputs.definitions.signatures if each.sign_id in sound and not each.observed]
    choice = Selection(only=frozenset(each.key for each in wanted))
    if not wanted:
        session.note(say("nothing can be recorded: no signature of the state is complete and not tainted"))
        return Exit.DONE
    with (
        progress() as observer,
        open_for_writing(inputs, choice, options, Allowed(), StopFlag(), observer) as session_of,
    ):
        shown = _as_in_the_account(session, session_of.context, wanted)

        def confirm(found: Sequence[Adoption]) -> bool:
            observer.pause()
            lines = [target_line(session_of.target), *(adoption_text(each.signature, each.seen) for each in found)]
            session.result("\n".join(lines))
            session.note(say(_BELIEF))
            return confirmed(say("Record {count} as submitted?", count=len(found)), yes=yes)

        if shown and adopt_all(session_of.context, shown, confirm):
            session.result(say("Recorded as submitted: {keys}", keys=", ".join(each.key for each in shown)))
    return Exit.DONE


def _as_in_the_account(session: Session, context: ApplyContext, wanted: Sequence[Signature]) -> list[Signature]:
    """Return those that the account shows under the same name; the others are named."""
    shown = []
    for each in wanted:
        row = context.reader.row(each.sign_id, international=each.fields.international)
        if row is not None and is_ours(each.fields, row):
            shown.append(each)
        else:
            words = _NO_ROW if row is None else _OTHER_NAME
            session.note(say(words, key=each.key))
    if not shown:
        raise Refusal(
            "the account shows none of these signatures as the state has them", hint="check --site and --region"
        )
    return shown
