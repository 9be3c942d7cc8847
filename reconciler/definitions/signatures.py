"""Checked mappings and digested images become signatures; the images of faulty ones are looked at too."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from reconciler.definitions.source import DefinitionFile, FieldPlaces
from reconciler.diagnostics import Diagnostic, Location, Message, Severity
from reconciler.errors import said
from reconciler.evidence.containment import pair_problem
from reconciler.evidence.inspect import Inspected, Wanted, inspect
from reconciler.model.signature import NEW, Image, Signature, SignFields, watched_fields
from reconciler.text import printable

Evidence = Mapping[Wanted, Inspected]

_IMAGES: Final = ("proof_image", "commission_image")

# The schema takes no longer path.
_LONGEST_PATH: Final = 1024

# A message about an image knows neither the field nor the path that lead to it.
_ABOUT_IMAGE: Final = {
    "proof_image": "proof_image {image}: {problem}",
    "commission_image": "commission_image {image}: {problem}",
}


class SignatureKey(NamedTuple):
    """A signature among all files: the name of its file, and its key."""

    file: str
    key: str


class Candidate(NamedTuple):
    """One definition with the images to look at, by field. A ``faulty`` one does not become a signature."""

    file: DefinitionFile
    key: str
    fields: dict[str, Any]
    location: Location
    folder: str
    images: dict[str, str]
    faulty: bool


def candidates(
    files: Iterable[DefinitionFile], faulty: Container[SignatureKey], reported: Container[Location]
) -> Iterator[Candidate]:
    """Yield the definitions whose images are looked at. None of a file whose YAML has problems: its meaning is unsure.

    Of a faulty one those images are looked at about which nothing is ``reported`` yet: one run finds everything.
    """
    for file in files:
        if file.problems or not file.signatures:
            continue
        folder, signatures = str(file.path.parent), file.signatures
        for (key, fields), place in zip(signatures.items(), file.positions.keys(signatures), strict=True):
            is_faulty = (file.name, key) in faulty
            images = _unreported_images(file, fields, reported) if is_faulty else _images(fields)
            images = {} if is_observed(fields) else images  # not opened
            if images or not is_faulty:
                yield Candidate(file, key, fields, file.at(place), folder, images, is_faulty)


def is_observed(fields: object) -> bool:
    """Return whether a definition says that its signature is only watched."""
    return isinstance(fields, dict) and fields.get("observe") is True


def _images(fields: dict[str, Any]) -> dict[str, str]:
    return {field: fields[field] for field in _IMAGES if field in fields}


def _unreported_images(file: DefinitionFile, fields: object, reported: Container[Location]) -> dict[str, str]:
    if not isinstance(fields, dict):
        return {}
    return {
        field: fields[field]
        for field in _IMAGES
        if isinstance(fields.get(field), str)
        and file.key_at(fields, field) not in reported
        and file.value_at(fields, field) not in reported
    }


def inspect_images(found: Sequence[Candidate], root: Path, *, alone: bool) -> Evidence:
    """Look at every image once; several at the same time where this run is ``alone``."""
    wanted = [(candidate.folder, name) for candidate in found for name in candidate.images.values()]
    return inspect(root, wanted, alone=alone) if wanted else {}


def check_images(found: Iterable[Candidate], evidence: Evidence) -> Iterator[Diagnostic]:
    """Return what is wrong with the images of each definition."""
    for candidate in found:
        inspected = {field: evidence[candidate.folder, name] for field, name in candidate.images.items()}
        for field, image in inspected.items():
            for problem in image.problems:
                yield _diagnostic(candidate, field, problem)
        # Nothing is said about the size of a pair that will not be sent.
        if not candidate.faulty and len(inspected) == len(_IMAGES):
            proof, commission = (inspected[field].image for field in _IMAGES)
            if proof is not None and (together := pair_problem(proof, commission)) is not None:
                yield _diagnostic(candidate, "commission_image", together)


def _diagnostic(candidate: Candidate, field: str, problem: Message) -> Diagnostic:
    image = printable(candidate.images[field], longest=_LONGEST_PATH)
    params = {**problem.params, "image": image, "problem": said(problem.text, **problem.params)}
    rule = Message(problem.code, _ABOUT_IMAGE[field], problem.hint, problem.severity, params)
    return Diagnostic(candidate.file.value_at(candidate.fields, field), rule, candidate.key)


def signatures_of(
    found: Iterable[Candidate], evidence: Evidence, faulty: Container[SignatureKey]
) -> Iterator[Signature]:
    """Return the signatures without errors in definition and images; ``faulty`` are those with errors."""
    for candidate in found:
        if (candidate.file.name, candidate.key) not in faulty:
            yield _signature(candidate, evidence)


def _signature(candidate: Candidate, evidence: Evidence) -> Signature:
    fields, qualification = candidate.fields, candidate.fields.get("qualification_id")
    if is_observed(fields):
        return _observed(candidate)
    images = {field: evidence[candidate.folder, name].image for field, name in candidate.images.items()}
    sign_fields = SignFields(
        sign_name=fields["sign_name"],
        sign_type=fields["sign_type"],
        document_type=fields["document_type"],
        international=fields["international"],
        sign_purpose=fields["sign_purpose"],
        proof_image=_required(images["proof_image"]),
        commission_image=images.get("commission_image"),
        remark=fields.get("remark", ""),
        qualification_id=None if qualification is None else int(qualification),
    )
    return Signature(
        candidate.key,
        # The schema takes 1110.0 for a whole number, as JSON does.
        NEW if fields["sign_id"] == "new" else int(fields["sign_id"]),
        sign_fields,
        candidate.location,
        candidate.folder,
        FieldPlaces(candidate.file, fields),
    )


def _observed(candidate: Candidate) -> Signature:
    fields = candidate.fields
    return Signature(
        candidate.key,
        int(fields["sign_id"]),
        watched_fields(fields["sign_name"], international=fields["international"]),
        candidate.location,
        candidate.folder,
        FieldPlaces(candidate.file, fields),
        observed=True,
    )


def _required(image: Image | None) -> Image:
    if image is None:
        raise AssertionError("a signature without a usable proof image has an error")
    return image


def errors_of(problems: Iterable[Diagnostic]) -> frozenset[SignatureKey]:
    """Return the signatures that errors are about."""
    return frozenset(
        SignatureKey(problem.location.file, problem.about)
        for problem in problems
        if problem.about is not None and problem.severity is Severity.ERROR
    )
