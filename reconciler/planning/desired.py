"""From definitions to what is wanted: each declared signature with its evidence looked at and digested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from reconciler.definitions.load import Definitions
from reconciler.evidence.inspect import Wanted, inspect
from reconciler.evidence.problems import EvidenceProblem
from reconciler.evidence.request_size import pair_problem
from reconciler.model.signature import Declared, Desired, Image, SignFields
from reconciler.model.source import Diagnostic, Severity

Evidence = Mapping[Wanted, Image | EvidenceProblem]


class Wishes(NamedTuple):
    """What is wanted, and every problem of definitions and evidence in the order of the files."""

    desired: tuple[Desired, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def valid(self) -> bool:
        """Tell whether nothing is worse than a warning."""
        return all(problem.severity is not Severity.ERROR for problem in self.diagnostics)


def desired_from(definitions: Definitions) -> Wishes:
    """Look at every image once and put definitions and evidence together. A signature with a bad image is left out."""
    evidence = inspect(definitions.root, _all_images(definitions.signatures)) if definitions.signatures else {}
    problems = list(definitions.diagnostics)
    desired = []
    for declared in definitions.signatures:
        found = list(_problems(declared, evidence))
        problems += found
        if all(problem.severity is not Severity.ERROR for problem in found):
            desired.append(_desired(declared, evidence))
    return Wishes(tuple(desired), _in_file_order(problems, definitions))


def _images_of(declared: Declared) -> Iterator[tuple[str, str]]:
    yield "proof_image", declared.proof_image
    if declared.commission_image is not None:
        yield "commission_image", declared.commission_image


def _all_images(signatures: Iterable[Declared]) -> Iterator[Wanted]:
    return ((declared.folder, name) for declared in signatures for _, name in _images_of(declared))


def _problems(declared: Declared, evidence: Evidence) -> Iterator[Diagnostic]:
    for field, name in _images_of(declared):
        found = evidence[declared.folder, name]
        if isinstance(found, EvidenceProblem):
            yield _diagnostic(declared, field, found)
    proof, commission = _image(declared, declared.proof_image, evidence), None
    if declared.commission_image is not None:
        commission = _image(declared, declared.commission_image, evidence)
    if proof is not None and (together := pair_problem(proof, commission)) is not None:
        yield _diagnostic(declared, "commission_image", together)


def _diagnostic(declared: Declared, field: str, problem: EvidenceProblem) -> Diagnostic:
    location = declared.fields_at.get(field, declared.location)
    name = getattr(declared, field)
    return Diagnostic(location, problem.severity, problem.code, f"{field} {name}: {problem.message}", problem.hint)


def _image(declared: Declared, name: str, evidence: Evidence) -> Image | None:
    found = evidence[declared.folder, name]
    return found.image if isinstance(found, EvidenceProblem) else found


def _desired(declared: Declared, evidence: Evidence) -> Desired:
    proof = _image(declared, declared.proof_image, evidence)
    if proof is None:
        raise AssertionError("a signature without a usable proof image has an error")
    name = declared.commission_image
    fields = SignFields(
        sign_name=declared.sign_name,
        sign_type=declared.sign_type,
        document_type=declared.document_type,
        international=declared.international,
        sign_purpose=declared.sign_purpose,
        proof_image=proof,
        commission_image=_image(declared, name, evidence) if name is not None else None,
        remark=declared.remark,
        qualification_id=declared.qualification_id,
    )
    return Desired(declared.key, declared.sign_id, fields, declared.location, declared.folder, declared.fields_at)


def _in_file_order(problems: list[Diagnostic], definitions: Definitions) -> tuple[Diagnostic, ...]:
    order = {shown: place for place, shown in enumerate(definitions.shown)}
    return tuple(sorted(problems, key=lambda problem: (order[problem.location.file], problem)))
