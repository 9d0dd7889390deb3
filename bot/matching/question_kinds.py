"""What kind of answer a question wants: a person, a date, a place, a number, a reason, ..."""

from __future__ import annotations

import re
from typing import Literal, get_args

QuestionKind = Literal[
    "who", "when", "hour", "where", "how-long", "how-many", "why", "said", "what-is", "true",
    "other",
]  # fmt: skip

QUESTION_KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)

_NEVER = "(?!)"

# The first that fits counts: "how many years" asks how long, "why did he say" asks why.
_SIGNS: tuple[tuple[QuestionKind, str, str], ...] = (  # in Latin letters, and in other scripts
    (
        "true",
        r"\b(?:is|was) it true\b|\btrue(?: or false)?\W*$|\breally\b|\bfact.?check"
        r"|\bprove\b|\bproof\b|\bevidence\b",
        "증거|증명|証拠|証明|사실이|사실인|맞아|맞나|맞는|진짜|정말|本当",
    ),
    (
        "why",
        r"\bwhy\b|\bhow come\b|\breasons?\b|\bwhat (?:caused|led|made|prompted)\b",
        "왜|이유|원인|なぜ|どうして|(?:何|なん)で(?!す[かねよ]|した|しょう)|理由|原因",
    ),
    (
        "how-long",
        r"\bhow long\b|\bhow many (?:minutes|hours|days|weeks|months|years)\b|\bduration\b",
        "몇 ?(?:분|시간|일간|주간|개월|년간|년 ?만|년이나)|얼마나 오래|얼마 만|기간"
        "|何(?:分|時間|日間|週間|か月|ヶ月|年間|年ぶり)|どのくらい|どれくらい|期間",
    ),
    (
        "hour",
        r"\b(?:what|which|exact) (?:time|hour)\b(?! of (?:the )?year)",
        "몇 ?시(?!간)|何時(?!間)",
    ),
    (
        "when",
        r"\bwhens?\b|\b(?:what|which|exact) (?:date|day|month|year|season)\b|\bdates?\b",
        "언제|며칠|몇 ?(?:년|월|일)|날짜|시기|연도|いつ|何(?:年|月|日)|日付|日程|時期",
    ),
    (
        "where",
        r"\bwheres?\b|\b(?:what|which) (?:city|place|country|town|venue|building)\b|\bvenue\b",
        "어디|장소|どこ|場所|どの(?:都市|国)",
    ),
    (
        "said",
        r"\bsa(?:y|ys|id|ying)\b|\b(?:opinion|view|views|stance|position|comment|quote|words)\b"
        r"|\baccording to\b|\bthink|\bargue|\bdescribe|\bcall(?:ed|s)? (?:it|for|the)\b",
        "뭐라|말했|발언|주장|의견|입장|평가|생각|何と|発言|見方|立場|主張|評価|意見|述べ|考え",
    ),
    (
        "how-many",
        r"\bhow (?:many|much|often|old|big|large|high|far)\b|\b(?:number|amount|count|total) of\b",
        "몇|얼마|횟수|いくつ|いくら|何(?:人|回|発|度|カ国|か国|番|割|社|名)|どれだけ",
    ),
    (
        "who",
        r"\bwho(?:m|se|s)?\b|\b(?:what|which) (?:person|official|politician|minister|leaders?)\b"
        r"|\bname of\b",
        "누가|누구|누군|누굴|이름|직책|직함|誰|だれ|どなた|名前|肩書|役職",
    ),
    (
        "what-is",
        r"\bwhat(?:'?s| is| are| was| does)\b.*\b(?:mean|stand for)\b"
        r"|\bwha?t(?:'?s| is| are) (?:the |a |an )?[\w+&-]+\W*$"
        r"|\bmeaning\b|\bdefin|\bexplain\b",
        "뭐야|뭐예요|뭔가요|무엇|뭔지|뜻|とは|って(?:何|なに)|(?:何|なん)で(?:すか|したか|しょう)"
        "|何のこと|意味",
    ),
    ("other", _NEVER, "何|なに|どんな|どの|どう|どちら|뭐|뭘|무슨|어떤|어느|어떻게"),
    (
        "true",
        r"^(?:is|are|was|were|did|does|do|has|have|had|can|could|will|would)\b",
        r"(?:나요|니까|어|야|지|까|죠)\W*$|(?:か|の|た)\W*$",
    ),
)
_IN_LATIN: list[tuple[QuestionKind, re.Pattern[str]]] = [
    (kind, re.compile(latin)) for kind, latin, _ in _SIGNS
]
_IN_ANY: list[tuple[QuestionKind, re.Pattern[str]]] = [
    (kind, re.compile(f"{latin}|{wide}", re.IGNORECASE)) for kind, latin, wide in _SIGNS
]


def kind_of(question: str) -> QuestionKind:
    """The kind of a question as it was typed, in any of the three languages."""
    # Most have Latin letters alone, so that half of the signs need not be looked for.
    signs, text = (_IN_LATIN, question.lower()) if question.isascii() else (_IN_ANY, question)
    for kind, pattern in signs:
        if pattern.search(text):
            return kind
    return "other"
