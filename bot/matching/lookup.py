"""Looking up entries by an exact name, or by one of the few slips that leave no doubt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from bot.matching.entries import Entry
from bot.matching.keyboard import other_keyboard
from bot.matching.name_rows import NameRows
from bot.matching.normalize import is_wide, jamo, normalize
from bot.matching.titles import is_of_a_state, split_title

MANY_TO_BEGIN = 10_000
"""The number of rows from which a unique beginning may be that of an unknown name by chance."""

_LETTERS = 4  # of a beginning in Latin letters
_LETTERS_OF_A_PERSON = 3  # people are called by their first letters
_SYLLABLES = 2  # of a beginning in other scripts
_SWAPPED_FROM = 4  # letters of a name of which two may be swapped

Kinds = Collection[str] | None


class Lookup:
    """The entries of an index by their exact names. Entries go by their numbers."""

    def __init__(self, entries: Sequence[Entry], rows: NameRows) -> None:
        self._entries = entries
        self._rows = rows

    def named(self, typed: str, kinds: Kinds) -> list[int]:
        """Owners of exactly this normalized name."""
        return self._of(kinds, self._rows.named(typed))

    def titled(self, typed: str, kinds: Kinds) -> list[int]:
        """The owner that a normalized text names with a title or a particle, if it is only one.

        For 金総書記, that is the only person whose names begin with 金 and end with 総書記.
        """
        name, title = split_title(typed)
        if name == typed:
            return []
        if not title or is_of_a_state(title):
            owners = self.named(name, kinds)
        else:
            owners = self._persons(self.named(name, kinds))
            if not owners and is_wide(name):
                begun = self._persons(self._of(kinds, self._rows.starting(name)[1]))
                owners = [o for o in begun if self._is_called(o, name, title)] or [
                    o for o in begun if self._is_called(o, name)
                ]
        return owners if len(owners) == 1 else []

    def slipped(self, text: str, kinds: Kinds) -> list[int]:
        """Owners of a name typed with the other keyboard, or with two letters swapped."""
        meant = [other_keyboard(text), *_swapped(normalize(text))]
        return list(dict.fromkeys(o for name in meant if name for o in self.named(name, kinds)))

    def begun(self, typed: str, kinds: Kinds) -> list[int]:
        """Owners of the names that a normalized text begins, if its last word is unfinished.

        A word is unfinished if no name has it as a whole word.
        """
        if not typed or typed.split()[-1] in self._rows.words:
            return []
        return self._of(kinds, self._rows.starting(typed)[1])

    def is_long_enough(self, typed: str, owner: int) -> bool:
        """Whether a text of which the last word is unfinished is long enough to mean an owner."""
        last = typed.split()[-1]
        if is_wide(last):
            return len(last) >= _SYLLABLES
        is_person = self._entries[owner].is_person
        return len(last) >= (_LETTERS_OF_A_PERSON if is_person else _LETTERS)

    def begins_only_absent(self, typed: str, begun: Collection[int]) -> bool:
        """Whether a normalized text begins an absent name and, as it is written, no other.

        `begun` are the owners of the names that it begins in any form.
        """
        if not any(self._entries[owner].is_absent for owner in begun):
            return False
        return not any(
            name.startswith(typed) for owner in self._of(None, begun) for name in self._names(owner)
        )

    def has_words(self, typed: str) -> bool:
        """Whether each word of a normalized text is a whole word of some name."""
        return self._rows.words.issuperset(typed.split())

    def is_name_of(self, typed: str, owner: int) -> bool:
        """Whether a normalized text is a name of an owner, but for spaces."""
        return any(_joined(name) == _joined(typed) for name in self._names(owner))

    def _names(self, owner: int) -> Iterator[str]:
        return map(normalize, self._entries[owner].names)

    def _persons(self, owners: Iterable[int]) -> list[int]:
        return [owner for owner in owners if self._entries[owner].is_person]

    def _is_called(self, owner: int, name: str, title: str = "") -> bool:
        """Whether a name of an owner begins with this, and ends with a title or has none."""
        begun = (form for form in self._names(owner) if form.startswith(name))
        return any(form.endswith(title) if title else not split_title(form)[1] for form in begun)

    def _of(self, kinds: Kinds, owners: Iterable[int]) -> list[int]:
        return [owner for owner in owners if self._entries[owner].is_of(kinds)]


def _joined(name: str) -> str:
    return jamo(name).replace(" ", "")


def _swapped(typed: str) -> Iterator[str]:
    """A normalized Latin word with each two neighbouring letters swapped."""
    if typed.isascii() and typed.isalpha() and len(typed) >= _SWAPPED_FROM:
        for at in range(len(typed) - 1):
            yield typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :]
