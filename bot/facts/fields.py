"""The types of the fields that a curator writes: ids, texts, dates, names, asks."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from bot.facts.dates import DateFault, parse_date

Language = Literal["en", "ko", "ja"]

_INVISIBLE = {"Cc", "Cf", "Co", "Cs"}  # control, format (zero width, direction), private, surrogate


def _clean(text: object) -> object:
    """A text with single spaces, in NFC; what is no text stays as it is. Raises ValueError."""
    if not isinstance(text, str):
        return text
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # as nearly every text is, at a fraction of the time
    odd = () if text.isprintable() else text
    bad = next((c for c in odd if unicodedata.category(c) in _INVISIBLE), None)
    if bad:
        raise ValueError(f"an invisible character (U+{ord(bad):04X}); remove it")
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _edtf(text: str) -> str:
    try:
        parse_date(text)
    except DateFault as fault:
        raise ValueError(str(fault)) from None
    return text


ID_FORM = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Id = Annotated[
    str,
    StringConstraints(max_length=32),
    Field(pattern=ID_FORM, description="kebab-case, at most 32 characters, never reused"),
]
FactKey = Annotated[str, Field(pattern=ID_FORM.replace("$", "/") + ID_FORM[1:])]
# Cleaned before its length is checked: pydantic checks a length fast only where nothing follows it.
Text = Annotated[str, StringConstraints(min_length=1, max_length=600), BeforeValidator(_clean)]
Summary = Annotated[str, StringConstraints(min_length=1, max_length=300), BeforeValidator(_clean)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=80), BeforeValidator(_clean)]
Edtf = Annotated[str, AfterValidator(_edtf)]
Address = Annotated[str, Field(pattern=r"^https?://[^\s<>()\[\]]+$", max_length=300)]
Names = dict[Language, tuple[Label, ...]]
Ask = Annotated[str, StringConstraints(min_length=1, max_length=120), BeforeValidator(_clean)]
Asks = Annotated[
    dict[Language, tuple[Ask, ...]],
    Field(
        default_factory=dict[Language, tuple[Ask, ...]],
        description="what people type to get this answer, by language; see facts/README.md",
    ),
]
