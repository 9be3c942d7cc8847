from __future__ import annotations

import io

import pytest
from PIL import Image as Pictures

from reconciler.diagnostics import Message
from reconciler.errors import fill
from reconciler.evidence.file_types import check_extension, format_of
from reconciler.evidence.problems import UnusableError
from tests.fixtures import images

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"


SOPS = b'{\n\t"data": "ENC[AES256_GCM,data:abc,iv:def,tag:ghi,type:str]",\n\t"sops": {}\n}'


def words(problem: Message) -> str:
    return fill(problem.text, problem.params)


def problem_of(data: bytes) -> Message:
    with pytest.raises(UnusableError) as caught:
        format_of(data)
    return caught.value.problem


@pytest.mark.parametrize(
    ("data", "code", "what", "remedy"),
    [
        (LFS, "image-pointer", "Git LFS pointer", "git lfs pull"),
        (b"/annex/objects/SHA256E-s1--ab.png\n", "image-pointer", "git-annex", "git annex get"),
        (b"\0GITCRYPT\0abc", "image-locked", "git-crypt", "git-crypt unlock"),
        (b"age-encryption.org/v1\n-> X25519 x\n", "image-locked", "age", "age --decrypt"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", "image-locked", "age", "age --decrypt"),
        (b"-----BEGIN PGP MESSAGE-----\n", "image-locked", "PGP", "gpg"),
        (SOPS, "image-locked", "sops", "sops decrypt"),
        (b"data: ENC[AES256_GCM,data:x]\nsops:\n  version: 3\n", "image-locked", "sops", "sops decrypt"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "image-format", "HEIC", "JPEG"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "image-format", "HEIC", "JPEG"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "image-format", "AVIF", "PNG"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "image-format", "video", "still image"),
        (b"%PDF-1.7\n", "image-format", "PDF", "pdftoppm"),
        (b"junk before\n%PDF-1.4\n", "image-format", "PDF", "pdftoppm"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image-format", "WebP", "PNG"),
        (b"GIF89a\1\0\1\0", "image-format", "GIF", "PNG"),
        (images.encoded(images.picture(), "BMP"), "image-format", "BMP", "PNG"),
        (images.encoded(images.picture(), "TIFF"), "image-format", "TIFF", "PNG"),
        (b"MM\0*\0\0\0\x08", "image-format", "TIFF", "PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image-format", "SVG", "rsvg-convert"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<svg/>", "image-format", "SVG", "rsvg-convert"),
        (b"\xff\x0a\x00", "image-format", "JPEG XL", "PNG"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "image-format", "JPEG 2000", "PNG"),
        (b"8BPS\0\1", "image-format", "Photoshop", "PNG"),
        (b"PK\x03\x04\x14\0", "image-format", "ZIP", "PNG"),
        (b"data:image/png;base64,iVBORw0KGgo=", "image-format", "base64", "base64 --decode"),
        (b"/9j/4AAQSkZJRg==", "image-format", "base64", "base64 --decode"),
        (b"<!DOCTYPE html>\n<html>", "image-format", "web page", "download"),
        (b"<?xml version='1.0'?><note/>", "image-format", "neither PNG nor JPEG", "PNG or JPEG"),
        (b"hello", "image-format", "neither PNG nor JPEG", "PNG or JPEG"),
        (b"\x89PNG\n", "image-format", "neither PNG nor JPEG", "PNG or JPEG"),
    ],
)
def test_what_is_no_image_is_named_with_what_to_do(data: bytes, code: str, what: str, remedy: str) -> None:
    problem = problem_of(data)
    assert problem.code == code
    assert what in words(problem)
    assert remedy in problem.hint


def test_what_the_sentence_says_reads_well() -> None:
    assert words(problem_of(b"GIF89a")) == "GIF is not accepted; the vendor takes PNG and JPEG only"
    assert words(problem_of(LFS)) == "a Git LFS pointer; the image itself was not fetched"
    assert words(problem_of(b"\0GITCRYPT\0")) == "the image is locked by git-crypt"


@pytest.mark.parametrize("name", ["a.png", "A.PNG", "b.c.png"])
def test_a_png_is_called_png(name: str) -> None:
    check_extension(name, "PNG")


@pytest.mark.parametrize("name", ["a.jpg", "a.jpeg", "a.JPG"])
def test_a_jpeg_is_called_jpg_or_jpeg(name: str) -> None:
    check_extension(name, "JPEG")


@pytest.mark.parametrize(
    ("name", "form", "remedy"),
    [
        ("a.jpg", "PNG", "git mv"),
        ("a.png", "JPEG", "git mv"),
        ("a.jfif", "JPEG", "rename it"),
        ("png", "PNG", "rename it"),
        ("a.png/b", "PNG", "rename it"),
    ],
)
def test_a_name_that_does_not_fit_the_content_is_an_error(name: str, form: str, remedy: str) -> None:
    with pytest.raises(UnusableError) as caught:
        check_extension(name, form)
    assert caught.value.problem.code == "image-extension"
    assert remedy in fill(caught.value.problem.hint, caught.value.problem.params)


def test_every_format_that_the_imaging_library_writes_is_told_apart() -> None:
    forms = {"PNG": "PNG", "JPEG": "JPEG"}
    for form in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PDF", "JPEG2000"):
        data = io.BytesIO()
        Pictures.new("RGB", (9, 9)).save(data, form)
        if form in forms:
            assert format_of(data.getvalue()) == forms[form]
        else:
            assert "the vendor takes PNG and JPEG only" in words(problem_of(data.getvalue()))
