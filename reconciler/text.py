"""Text of others made harmless, messages in the person's language, and words for lists, near misses and times."""

# What the vendor, a reviewer or a pull request wrote cannot steer a terminal, nor the log of a GitHub job: its runner
# obeys ``::name`` at the beginning of a line of output and ``##[name`` anywhere in it (actions/runner,
# ``src/Runner.Common/ActionCommand.cs``), so that neither may come out of a text of others.

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from reconciler.errors import Said, fill, said

if TYPE_CHECKING:
    from gettext import NullTranslations

_LONGEST: Final = 60

# Its texts are the messages in the code.
ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "zh")

# The expressions of this module are texts, which are compiled when they are first used: hardly any is, in English.

# What is between two messages that ``joined`` made one of.
_JOINT: Final = r"(?<=\d\})[,;] (?=\{message\d)"

# A list of words: Chinese has a comma of its own for it.
_PAIR: Final = "{one}, {other}"
_QUOTED_WORDS: Final = r"`[^`]+`(?:, `[^`]+`)+"

# Where a word of this tool's own, or a value, begins and ends in a message while it is made; no characters of Unicode.
_BORDER: Final = "\ufdd0"
_FOREIGN: Final = "\ufdd1"
_HAN: Final = "[\u4e00-\u9fff]"
_NEEDS_NONE: Final = f"(?<={_HAN}) ?{_BORDER}+ ?(?={_HAN})"
_NEEDS_BLANK: Final = f"(?<={_HAN}){_BORDER}+(?=[A-Za-z0-9])|(?<=[A-Za-z0-9]){_BORDER}+(?={_HAN})"

# What a problem of a file begins with where it was made one text.
_PLACED: Final = r"(?s)(?P<place>\S[^;]*?(?::\d+:\d+|\.ya?ml)): (?P<problem>.+)"

# Letters from which on the word between two values is not in nearly every sentence.
_LONG_WORD: Final = 4

# What separates the words of a list counts as such, too.
_IN_QUOTES: Final = r"`[^`]*`|\"[^\"]*\"|, "

# A placeholder of a template.
_PLACEHOLDER: Final = r"\\\{(\w+)(?:[!:][^}]*)?\\\}"

_UNSAFE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"})

# Joiners that ordinary emoji are made of.
_KEPT: Final = frozenset("\u200d\ufe0f")

# Up to the character without which it is no command.
_RUNNER_COMMAND: Final = r"^\s*:(?=:)|##\["


class _Language:
    """What the process speaks: English, until ``speak`` sets another."""

    name = ENGLISH
    catalogue: NullTranslations | None = None


def language() -> str:
    """Return the language that is spoken."""
    return _Language.name


def speak(name: str, catalogue: NullTranslations | None) -> None:
    """Say everything in a language from now on; documents and logs stay as they are. English has no catalogue."""
    local_document.cache_clear()
    _Language.name, _Language.catalogue = name, catalogue


def local(text: str) -> str:
    """Return a message in the person's language; other text as it is."""
    catalogue = _Language.catalogue
    if catalogue is None or not text:
        return text
    if not isinstance(text, Said):
        return catalogue.gettext(text)
    own = {name: local(value) for name, value in text.params.items() if isinstance(value, Said)}
    template = re.sub(_JOINT, _between, catalogue.gettext(text.template))
    return _spaced(template, text.params, own) if own else fill(template, text.params)


def _between(found: re.Match[str]) -> str:
    """Return what stands between two of several messages or words."""
    return say(_PAIR, one="", other="") if found[0] == ", " else say(found[0])


def _spaced(template: str, params: Mapping[str, object], own: Mapping[str, str]) -> str:
    """Return a template with its values and words of its ``own``, with blanks beside these where Chinese has them."""
    plain = template.format_map({**params, **own})
    if _BORDER in plain or _FOREIGN in plain:  # somebody's text, which must be seen whole
        return plain
    marked = {
        name: f"{border}{value}{border}" if isinstance(value, str) and f"{{{name}}}" in template else value
        for border, values in ((_FOREIGN, params), (_BORDER, own))
        for name, value in values.items()
    }
    text = re.sub(_NEEDS_BLANK, " ", re.sub(_NEEDS_NONE, "", template.format_map(marked)))
    return text.replace(_BORDER, "").replace(_FOREIGN, "")


def say(template: str, /, **params: object) -> str:
    """Return a message in the person's language."""
    if _Language.catalogue is None:
        return template.format_map(params) if params else template
    return local(said(template, **params))


def named(kind: str, word: str) -> str:
    """Return a word of this tool's own, such as a verdict, and beside it what it means in the person's language."""
    catalogue = _Language.catalogue
    if catalogue is None:
        return word
    meaning = catalogue.pgettext(kind, word)
    return word if meaning == word else f"{word} {meaning}"


@lru_cache(maxsize=4096)
def local_document(text: str) -> str:
    """Return a message of a document, which does not say what it was made of, in the person's language."""
    catalogue = _Language.catalogue
    if catalogue is None or not text:
        return text
    direct = catalogue.gettext(text)
    if direct != text:
        return direct
    # A message that begins with its own words comes before a list of messages, and that before what may begin anyhow.
    begun, others = _patterns(_Language.name)
    if re.fullmatch(_QUOTED_WORDS, text):
        return local(joined(text.split(", ")))
    return _filled(text, begun) or _listed(text) or _placed(text) or _filled(text, others) or text


class _Pattern(NamedTuple):
    """What a template looks like when it is filled in, and its translation.

    ``word`` is the one short word between its values where it has no other, as in `{old} to {new}`, else empty.
    """

    filled: re.Pattern[str]
    translated: str
    word: str


def _filled(text: str, patterns: Sequence[_Pattern]) -> str | None:
    for pattern, translated, word in patterns:
        if (found := pattern.fullmatch(text)) is not None:
            if word and _is_chance(word, found.groups()):
                continue
            code = _in_code(translated)
            values = found.groupdict().items()
            shown = {name: value if name in code else local_document(value) for name, value in values}
            return _spaced(translated, shown, {name: word for name, word in shown.items() if word != found[name]})
    return None


def _listed(text: str) -> str | None:
    parts = text.split("; ")
    if len(parts) > 1 and all(local_document(part) != part for part in parts):
        return say("; ").join(map(local_document, parts))
    return None


def _placed(text: str) -> str | None:
    """Return a problem behind its place in a file, and what to do about it where that is known."""
    if (found := re.fullmatch(_PLACED, text)) is None:
        return None
    problem, dash, hint = found["problem"].partition(" - ")
    shown = local_document(problem)
    return None if shown == problem else f"{found['place']}: {shown}{dash}{local_document(hint)}"


def _is_chance(word: str, values: Sequence[str]) -> bool:
    """Return whether somebody's sentence only happens to have this word in it: what is around it has several words."""
    first, *others = (" " in re.sub(_IN_QUOTES, "", value) for value in values)
    return first or (len(word) < _LONG_WORD and any(others))


@lru_cache(maxsize=1)
def _patterns(_language: str) -> tuple[list[_Pattern], list[_Pattern]]:
    """Return what each template looks like when it is filled in, the most telling first.

    Those that begin with a placeholder are apart: in them anything may come first.
    """
    known: dict[object, str] = getattr(_Language.catalogue, "_catalog", {})
    templates = [text for text in known if isinstance(text, str) and "\x04" not in text and _tells(text)]
    templates.sort(key=lambda text: -len(re.sub(r"\{[^}]*\}", "", text)))
    made = [
        (text, _Pattern(re.compile(_as_pattern(text), re.DOTALL), _plain_fields(known[text]), _only_word(text)))
        for text in templates
    ]
    return [each for text, each in made if text[0] != "{"], [each for text, each in made if text[0] == "{"]


def _tells(template: str) -> bool:
    """Return whether a template has values, and words of its own to know it by."""
    words = re.sub(r"\{\w+[^}]*\}", "", template)
    return words != template and any(character.isalpha() for character in words)


def _only_word(template: str) -> str:
    found = re.fullmatch(r"\{\w+\} ([a-z]{1,4}) \{\w+\}", template)
    return found[1] if found is not None else ""


def _in_code(template: str) -> set[str]:
    """Return the placeholders between backquotes: what is there is code, which may look like a word of this tool's."""
    return set(re.findall(r"\{(\w+)", " ".join(template.split("`")[1::2])))


def _as_pattern(template: str) -> str:
    seen: set[str] = set()
    code = _in_code(template)

    def group(found: re.Match[str]) -> str:
        name = found[1]
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>[^`]+?)" if name in code else f"(?P<{name}>.+?)"

    return re.sub(_PLACEHOLDER, group, re.escape(template))


def _plain_fields(template: str) -> str:
    """Return a template without formats: the values of a document are formatted already."""
    return re.sub(r"\{(\w+)[!:][^}]*\}", r"{\1}", template)


def joined(messages: Sequence[str], between: str = ", ") -> str:
    """Return messages, or words, as one that can still be said in another language."""
    params = {f"message{index}": message for index, message in enumerate(messages)}
    return fill(between.join(f"{{{name}}}" for name in params), params)


def quoted(value: Any) -> str:
    """Return a value as messages quote it, cut at 60 characters, with unprintable characters escaped."""
    if isinstance(value, dict):
        return said("a mapping")
    if isinstance(value, list):
        return said("a list")
    return f"`{printable(_yaml_text(value))}`"


def _yaml_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def printable(text: str, *, longest: int = _LONGEST) -> str:
    """Return a text cut at ``longest`` characters, with unprintable characters escaped."""
    cut = text[:longest] + ("..." if len(text) > longest else "")
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in cut)


_LISTS: Final = {"or": "{words} or {last}", "and": "{words} and {last}"}


def listed(words: Iterable[str], *, last: str = "or") -> str:
    """Return the words in backquotes as an English list, with ``last`` before the last one."""
    quoted = [f"`{word}`" for word in words]
    if len(quoted) < 2:  # noqa: PLR2004  # a list of one needs no conjunction
        return "".join(quoted)
    return said(_LISTS[last], words=joined(quoted[:-1]), last=quoted[-1])


@lru_cache(maxsize=1024)
def nearest(word: str, words: tuple[str, ...]) -> str | None:
    """Return the word that somebody probably meant, or ``None``. Case, spaces and underscores do not count."""
    by_form = {_form(candidate): candidate for candidate in words}
    matches = get_close_matches(_form(word[:_LONGEST]), by_form, n=1, cutoff=0.6)
    return by_form[matches[0]] if matches else None


def _form(word: str) -> str:
    return word.strip().lower().replace(" ", "-").replace("_", "-")


def utc_time(seconds: float) -> str:
    """Return a unix time as people read it, to the minute."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, OSError, ValueError):
        # A number of the vendor's may be no time at all.
        return f"at {seconds}"


def escape_line(text: str) -> str:
    """Return text for a terminal: one line, every control, format or direction character written out."""
    # No character of an unsafe category is printable.
    shown = text if text.isprintable() else "".join(_escape_character(character) for character in text)
    if "::" not in shown and "##[" not in shown:  # hardly any has one, and the expression is slow to say so
        return shown
    return re.sub(_RUNNER_COMMAND, lambda found: found[0][:-1] + escaped(found[0][-1]), shown)


def _escape_character(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _UNSAFE_CATEGORIES:
        return character
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character) or f"\\u{ord(character):04x}"


def escaped(character: str) -> str:
    """Return a character as JSON writes it out."""
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
