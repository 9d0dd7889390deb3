"""Documents as pydantic models; what does not fit is worded for a person who edits the file."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.documents import Document, Fault, Location

Model = TypeVar("Model", bound=BaseModel)


def validate(document: Document, model: type[Model]) -> tuple[Model | None, list[Fault]]:
    """The document as `model`, or None if it does not fit, and a fault for each misfit."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        details = [d for d in error.errors(include_url=False) if not _is_knock_on(d)]
        faults = [document.fault(d["loc"], _worded_detail(d, model)) for d in details]
        return None, sorted(set(faults))


def _is_knock_on(detail: ErrorDetails) -> bool:
    """Whether a list counts as too short only because its items are faulty."""
    given = detail["input"]
    return detail["type"] == "too_short" and isinstance(given, list) and given != []


def _worded_detail(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """What pydantic found, in words for a person who edits the file."""
    name = _field(detail["loc"])
    given = detail.get("input")
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return f"`{name}` is missing"
        case "extra_forbidden":
            return f"`{name}` is not a field here{_hint(name, model)}"
        case "literal_error":
            return f"`{given}` is not a {name}; use one of {context['expected']}"
        case "string_pattern_mismatch":
            return f"`{name}` must be {_FORMS.get(name, _KEBAB_CASE)}, not `{given}`"
        case "int_parsing" | "int_type" | "int_from_float":
            return f"`{name}` must be a whole number, not {given!r}"
        case "greater_than" | "greater_than_equal":
            return f"`{name}` is too small: {given!r}"
        case "string_type":
            return f"`{name}` must be text" + ("; it is empty" if given is None else "")
        case "string_too_long" | "too_long":
            return f"`{name}` is longer than {context['max_length']} characters"
        case "string_too_short" | "too_short":
            return f"`{name}` must not be empty"
        case "tuple_type":
            return f"`{name}` must be a list: `[...]`, or lines that begin with `- `"
        case "model_type" | "dict_type":
            return f"`{name}` must be a mapping: `key: value`"
        case "value_error":
            return str(context["error"])
        case (
            "date_from_datetime_parsing"
            | "date_from_datetime_inexact"
            | "date_parsing"
            | "date_type"
        ):
            return f"`{name}` must be a real day written 2023-03-16, not {given!r}"
        case _:
            return f"`{name}`: {detail['msg']}"


_KEBAB_CASE = "small letters, digits and single hyphens, such as `tokyo-summit`"
_ADDRESS = "an address such as https://example.org/page"
_FORMS = {
    "order": "the id of a thing and of a fact in its file, such as `tokyo-summit/channels`",
    "sha256": "64 hexadecimal digits in small letters",
    "url": _ADDRESS,
    "archive_url": _ADDRESS,
    "privacy_page": _ADDRESS,
    "report_page": _ADDRESS,
    "monitoring": "a host and a port, such as 127.0.0.1:9464",
}


def _hint(name: str, model: type[BaseModel]) -> str:
    """The field that a misspelt one was meant to be; empty if none is near."""
    near = get_close_matches(name, _field_names(model), n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _field(location: Location) -> str:
    """The name of the field at a location; an item of a list has its list's name."""
    names = [part for part in location if isinstance(part, str)]
    return names[-1].strip("[]") if names else ""  # pydantic calls the key of a mapping `[key]`


def _field_names(model: type[BaseModel]) -> Sequence[str]:
    """Every field name that a file of this model may use, at any level."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({name for part in parts for name in part.get("properties", {})})
