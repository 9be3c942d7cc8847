"""``reconciler import --from-terraform``: a state as definitions and images, and on request as the record."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from reconciler.apply.adopt import Adoption
from reconciler.apply.adopt import adopt as adopt_all
from reconciler.apply.context import ApplyContext
from reconciler.cli.adopt import show_adoptions
from reconciler.cli.apply import check_can_ask, confirmed, open_for_writing
from reconciler.cli.formats import DEFAULT_PATH, Allowed
from reconciler.cli.output import Session
from reconciler.cli.progress import progress
from reconciler.cli.validate import here, load_valid
from reconciler.decision.intents import is_ours
from reconciler.errors import Exit, Refusal, StateError, UsageError, said
from reconciler.files import PRIVATE_MODE, Folder, make_folder, opened
from reconciler.model.plan import Selection
from reconciler.model.signature import Account, Signature
from reconciler.planning.importing import field_errors, save
from reconciler.planning.terraform import Instance, Picture, TerraformState, complete
from reconciler.render.definitions_yaml import Managed, managed_file_text
from reconciler.render.findings import number
from reconciler.render.layout import aligned, cut
from reconciler.signals import StopFlag
from reconciler.tencent.endpoint import ConnectionOptions
from reconciler.text import escape_line, joined, local, say

_FOLDER: Final = "evidence"
_FILE_MODE: Final = 0o644

# Cells of a name in the table.
_LONGEST_NAME: Final = 32
_WARNING: Final = """\
Warning: removing the block from Terraform, or `terraform destroy`, deletes the signature at the vendor. Before it goes,
let Terraform forget the signature, which leaves it as it is. Either on the command line:

  terraform state rm 'ADDRESS'

or in the configuration (Terraform 1.7, OpenTofu), where ADDRESS has no index such as [0] or ["acme"]:

  removed {
    from = ADDRESS
    lifecycle {
      destroy = false
    }
  }
"""
_BELIEF: Final = """\
The state holds what Terraform believes it sent last. An update that the vendor refused looks the same there: compare
with the console where that matters."""


def import_state(
    session: Session,
    state: TerraformState,
    account: Account,
    name: str,
    connection: ConnectionOptions,
    *,
    adopt: bool,
    yes: bool,
) -> int:
    """Write the definitions and images of a state to the file ``name``; with ``adopt`` record them as submitted."""
    if adopt:
        check_can_ask(yes=yes)
    if not state.instances:
        for line in _left_out(state):
            session.note(line)
        raise UsageError(
            "{file} holds no tencentcloud_sms_sign that can be read, so nothing was written", file=state.name
        )
    file = here() / name
    state = _with_images(state, file.parent)
    if errors := field_errors(_text(state, account), account.site):
        state = _with_problems(state, errors)
    save(file, _text(state, account), name, mode=_FILE_MODE)
    session.result("\n".join(_table(session, state, name)))
    session.note(say(_WARNING))
    return _adopted(session, state, file, connection, yes=yes) if adopt else Exit.DONE


def next_command(command: str, name: str) -> str:
    """Return a command for a definitions file, as it can be pasted into a shell."""
    if name == DEFAULT_PATH:
        return command
    return f"{command} {shlex.quote(f'./{name}' if name.startswith('-') else name)}"


_NO_ROW = "{key} is not recorded: the account has no such signature"
_OTHER_NAME = "{key} is not recorded: the account shows another name"
_TAINTED = "{key} is not recorded: in Terraform it is tainted, as one that was not created as a whole"


def _text(state: TerraformState, account: Account) -> str:
    managed = [
        Managed(
            each.key, each.sign_id, each.international, each.values, each.problems,
            f"{each.address}{', tainted' if each.tainted else ''}",
        )
        for each in state.instances
    ]  # fmt: skip
    return managed_file_text(account, managed, said("Terraform's state {file}", file=state.name))


def _with_problems(state: TerraformState, errors: Mapping[str, Mapping[str, str]]) -> TerraformState:
    """Return the state with what the rules of definitions say against it, so that it is written as marked places."""
    return state._replace(
        instances=tuple(
            each._replace(problems={**errors.get(each.key, {}), **each.problems}) for each in state.instances
        )
    )


def _with_images(state: TerraformState, folder: Path) -> TerraformState:
    """Write the images, and return the state with their paths, and with those that could not be kept as problems."""
    return state._replace(instances=tuple(_with_images_of(each, folder) for each in state.instances))


def _with_images_of(each: Instance, folder: Path) -> Instance:
    values, problems = dict(each.values), dict(each.problems)
    for field, picture in each.pictures.items():
        try:
            values[field] = _kept(folder, f"{each.key}-{field.removesuffix('_image')}", picture)
        except FileExistsError as error:
            problems[field] = said("{file} is there already, with other content", file=error.filename)
    return each._replace(values=values, problems=problems)


def _kept(folder: Path, stem: str, picture: Picture) -> str:
    """Write an image beside the definitions, for its owner alone, never over a file; return its path.

    Raises FileExistsError where another content is there, UsageError where none can be written.
    """
    path = f"{_FOLDER}/{stem}{picture.ending}"
    try:
        make_folder(folder / _FOLDER)
        with opened(folder / _FOLDER) as place:
            if place is None:
                raise AssertionError("the folder was just made")
            _keep(place, f"{stem}{picture.ending}", picture.data)
    except FileExistsError:
        raise FileExistsError(0, "there already", path) from None
    except StateError:  # its words are about the record
        raise UsageError(
            "{folder} is not a folder, or a link to one", hint="images are written to a real folder only: move it away",
            folder=f"{_FOLDER}/",
        ) from None  # fmt: skip
    except OSError as error:
        raise UsageError("{file} cannot be written: {why}", file=path, why=said(error.strerror or "")) from None
    return path


def _keep(place: Folder, name: str, data: bytes) -> None:
    try:
        place.create(name, data, mode=PRIVATE_MODE)
    except FileExistsError:
        with suppress(OSError):  # whatever it is, it is not this image
            if place.read(name, len(data)) == data:
                return
        raise


def _table(session: Session, state: TerraformState, name: str) -> Iterator[str]:
    rows = [
        (
            session.printable(say("complete" if each.is_complete else "incomplete")),
            session.printable(say("tainted")) if each.tainted else "",
            str(each.sign_id),
            session.printable(cut(escape_line(each.values["sign_name"]), _LONGEST_NAME)),
            each.key,
            escape_line(each.address),
        )
        for each in state.instances
    ]
    yield from (f"  {line}" for line in aligned(rows))
    for each in state.instances:
        yield from (f"  {each.key}: {field}: {escape_line(local(why))}" for field, why in each.problems.items())
    yield from _left_out(state)
    yield ""
    words = "Import: {signatures} written to {file}, {definitions} complete"
    found, whole = len(state.instances), len(complete(state.instances))
    yield say(words, signatures=number(found, "signature"), file=name, definitions=number(whole, "definition"))
    yield say(
        "Next: `{command}`, then `{plan}`; --adopt records what the state holds as submitted.",
        command=next_command("reconciler validate", name),
        plan=next_command("reconciler plan", name),
    )


def _left_out(state: TerraformState) -> Iterator[str]:
    for left in state.unreadable:
        yield "  " + say("{address}: left out, {why}", address=escape_line(left.address), why=left.why)


def _adopted(session: Session, state: TerraformState, file: Path, options: ConnectionOptions, *, yes: bool) -> int:
    inputs = load_valid(session, (str(file),))
    if inputs is None:
        return Exit.INVALID
    sound = {each.sign_id for each in complete(state.instances) if not each.tainted}
    wanted = [each for each in inputs.definitions.signatures if each.sign_id in sound and not each.observed]
    choice = Selection(only=frozenset(each.key for each in wanted))
    for each in filter(lambda one: one.tainted, state.instances):
        session.note(say(_TAINTED, key=each.key))
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
            show_adoptions(session, session_of.target, found)
            session.note(say(_BELIEF))
            return confirmed(say("Record {count} as submitted?", count=len(found)), yes=yes)

        if shown and adopt_all(session_of.context, shown, confirm):
            session.result(say("Recorded as submitted: {keys}", keys=joined([each.key for each in shown])))
    return Exit.DONE if len(shown) == len(wanted) else Exit.REFUSED


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
