"""What people will ask for and the articles do not have, as `absent.yaml` lists it."""

from __future__ import annotations

from pydantic import Field, model_validator

from bot.facts.fields import Ask, Id, Label, Language, Names, Text
from bot.facts.model import Frozen


class AbsentName(Frozen):
    """Something that people will ask for and no article mentions: its names, and no statement."""

    en: tuple[Label, ...] = Field((), description="its names in English, the usual one first")
    ko: tuple[Label, ...] = Field((), description="its names in Korean, the usual one first")
    ja: tuple[Label, ...] = Field((), description="its names in Japanese, the usual one first")
    lacks: Text | None = Field(None, description="why one of the languages has no name")

    @model_validator(mode="after")
    def _has_names(self) -> AbsentName:
        missing = [language for language, names in self.names.items() if not names]
        if missing and (len(missing) == len(self.names) or self.lacks is None):
            raise ValueError(f"no name in `{missing[0]}`; add one, or say in `lacks` why not")
        return self

    @property
    def names(self) -> Names:
        """The names in each language."""
        return {"en": self.en, "ko": self.ko, "ja": self.ja}

    @property
    def forms(self) -> tuple[str, ...]:
        """Every name, in any language."""
        return (*self.en, *self.ko, *self.ja)

    def name(self, language: str) -> str:
        """The usual name in a language, or in the first language that has one."""
        usual: dict[str, str] = {code: names[0] for code, names in self.names.items() if names}
        return usual.get(language) or next(iter(usual.values()))


class Absent(Frozen):
    """`absent.yaml`: the names and the questions that no article has."""

    names: dict[Id, AbsentName] = Field(default_factory=dict[Id, AbsentName])
    questions: dict[Language, tuple[Ask, ...]] = Field(
        default_factory=dict[Language, tuple[Ask, ...]],
        description="what people ask about the subject and no article answers, as they type it",
    )
