"""From definitions to what is wanted: each declared signature with its evidence looked at and digested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from reconciler.definitions.load import Definitions
from reconciler.diagnostics import Diagnostic, Location, Message, Severity
from reconciler.evidence.inspect import Wanted, inspect
from reconciler.evidence.problems import EvidenceProblem
from reconciler.evidence.read import pair_problem
from reconciler.model.signature import Declared, Image, Signature, SignFields

Evidence = Mapping[Wanted, Image | EvidenceProblem]


Images = tuple[Image, Image | None]


class Wishes(NamedTuple):
    """What is wanted, and every problem of definitions and evidence in the order of the files."""

    desired: tuple[Signature, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def valid(self) -> bool:
        """Tell whether nothing is worse than a warning."""
        return all(problem.severity is not Severity.ERROR for problem in self.diagnostics)


def desired_from(definitions: Definitions) -> Wishes:
    """Look at every image once and put definitions and evidence together. A signature with a bad image is left out."""
    wanted = list(_all_images(definitions))
    evidence = inspect(definitions.root, wanted) if wanted else {}
    problems = [*definitions.diagnostics, *_of_faulty(definitions, evidence)]
    desired = []
    for declared in definitions.signatures:
        images = _images(declared, evidence)
        if images is None:
            found = list(_problems(declared, evidence))
            problems += found
            if any(problem.severity is Severity.ERROR for problem in found):
                continue
            images = _usable(declared, evidence)
        desired.append(_desired(declared, images))
    return Wishes(tuple(desired), _in_file_order(problems, definitions))


def _images(declared: Declared, evidence: Evidence) -> Images | None:
    """Return the images of a signature where nothing is to be said of them, as of nearly all."""
    proof = evidence[declared.folder, declared.proof_image]
    commission = None
    if declared.commission_image is not None:
        commission = evidence[declared.folder, declared.commission_image]
    if isinstance(proof, EvidenceProblem) or isinstance(commission, EvidenceProblem):
        return None
    return (proof, commission) if pair_problem(proof, commission) is None else None


def _images_of(declared: Declared) -> Iterator[tuple[str, str]]:
    yield "proof_image", declared.proof_image
    if declared.commission_image is not None:
        yield "commission_image", declared.commission_image


def _all_images(definitions: Definitions) -> Iterator[Wanted]:
    for declared in definitions.signatures:
        yield from ((declared.folder, name) for _, name in _images_of(declared))
    yield from ((image.folder, image.name) for image in definitions.faulty_images)


def _of_faulty(definitions: Definitions, evidence: Evidence) -> Iterator[Diagnostic]:
    for image in definitions.faulty_images:
        found = evidence[image.folder, image.name]
        if isinstance(found, EvidenceProblem):
            yield _diagnostic(image.location, image.field, image.name, found)


def _problems(declared: Declared, evidence: Evidence) -> Iterator[Diagnostic]:
    for field, name in _images_of(declared):
        found = evidence[declared.folder, name]
        if isinstance(found, EvidenceProblem):
            yield _diagnostic(_place(declared, field), field, name, found)
    proof, commission = _image(declared, declared.proof_image, evidence), None
    if declared.commission_image is not None:
        commission = _image(declared, declared.commission_image, evidence)
    if proof is not None and (together := pair_problem(proof, commission)) is not None:
        field = "commission_image"
        yield _diagnostic(_place(declared, field), field, declared.commission_image or "", together)


def _place(declared: Declared, field: str) -> Location:
    return declared.fields_at.get(field, declared.location)


def _diagnostic(location: Location, field: str, name: str, problem: EvidenceProblem) -> Diagnostic:
    return Diagnostic(
        location, Message(problem.code, f"{field} {name}: {problem.message}", problem.hint, problem.severity)
    )


def _image(declared: Declared, name: str, evidence: Evidence) -> Image | None:
    found = evidence[declared.folder, name]
    return found.image if isinstance(found, EvidenceProblem) else found


def _usable(declared: Declared, evidence: Evidence) -> Images:
    """Return the images of a signature without an error, of which there may be warnings."""
    proof = _image(declared, declared.proof_image, evidence)
    if proof is None:
        raise AssertionError("a signature without a usable proof image has an error")
    name = declared.commission_image
    return proof, None if name is None else _image(declared, name, evidence)


def _desired(declared: Declared, images: Images) -> Signature:
    proof, commission = images
    fields = SignFields(
        sign_name=declared.sign_name,
        sign_type=declared.sign_type,
        document_type=declared.document_type,
        international=declared.international,
        sign_purpose=declared.sign_purpose,
        proof_image=proof,
        commission_image=commission,
        remark=declared.remark,
        qualification_id=declared.qualification_id,
    )
    return Signature(declared.key, declared.sign_id, fields, declared.location, declared.folder, declared.fields_at)


def _in_file_order(problems: list[Diagnostic], definitions: Definitions) -> tuple[Diagnostic, ...]:
    order = {shown: place for place, shown in enumerate(definitions.shown)}
    return tuple(sorted(problems, key=lambda problem: (order[problem.location.file], problem)))
