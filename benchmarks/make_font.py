"""Make the font of the pictures: what they need of Noto Sans CJK.

    python -m benchmarks.make_font /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc 0

The number is that of its Japanese face. The font holds Latin, kana, the Hangul of KS X 1001, the
kanji of JIS X 0208, and whatever else the texts and the names of the shipped base have.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.facts.load import Folders, load
from bot.pictures.font import FILE
from bot.texts.catalogues import LANGUAGES, read_catalogue

_CATALOGUES = Path(__file__).parents[1] / "bot" / "texts"
_ROWS = {"euc_jp": (0xA1, 0xF5), "euc_kr": (0xB0, 0xC9)}  # the first byte of each code
_LATIN = (*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2027), *range(0xFF01, 0xFF9F))
_OPTIONS = (
    "--layout-features=",
    "--no-hinting",
    "--notdef-outline",
    "--name-IDs=0,1,2,4,13,14",
    "--drop-tables+=BASE,GDEF,GPOS,GSUB,VORG,vhea,vmtx",
)


def letters() -> set[str]:
    """Every letter that the font should have."""
    return {*map(chr, _LATIN), *_of_codes(), *_of_texts()}


def _of_codes() -> Iterator[str]:
    for code, (first, end) in _ROWS.items():
        for high in range(first, end):
            for low in range(0xA1, 0xFF):
                yield from bytes((high, low)).decode(code, "ignore")


def _of_texts() -> Iterator[str]:
    """The letters of the interface, and of the names in the shipped base."""
    for language in LANGUAGES:
        for forms in read_catalogue(_CATALOGUES / f"{language}.po").values():
            yield from "".join(forms)
    base, _ = load(Folders(Path("facts"), Path("seeds")))
    assert base, "the shipped base loads"
    for _, thing in base.things():
        for names in thing.names.values():
            yield from "".join(names)


def main(collection: str, face: str) -> None:
    """Write the font beside the code that draws with it."""
    command = [sys.executable, "-m", "fontTools.subset", collection, f"--font-number={face}"]
    text = "".join(sorted(letters()))
    command += [*_OPTIONS, f"--text={text}", f"--output-file={FILE}"]
    subprocess.run(command, check=True)  # noqa: S603 - the developer's own file
    sys.stdout.write(f"{FILE.name}: {FILE.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
