"""Results of methods: kept within a bound, and no longer than their object."""

import gc
import weakref

from bot.matching.kept_results import kept_results


class _Reader:
    def __init__(self) -> None:
        self.read = kept_results(self._read, 2)
        self.words: list[str] = []

    def _read(self, word: str) -> str:
        self.words.append(word)
        return word.upper()


def test_the_last_results_are_kept() -> None:
    reader = _Reader()
    assert [reader.read(word) for word in ("court", "court", "talks", "pact", "court")] == [
        "COURT", "COURT", "TALKS", "PACT", "COURT",
    ]  # fmt: skip
    assert reader.words == ["court", "talks", "pact", "court"]


def test_they_keep_no_object_alive() -> None:
    reader = _Reader()
    assert reader.read("court")
    gone = weakref.ref(reader)
    gc.disable()  # only the collector finds cycles
    try:
        del reader
        assert gone() is None
    finally:
        gc.enable()
