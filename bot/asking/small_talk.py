"""Messages that are no questions about the articles: chat, requests, tricks, the bot itself."""

from __future__ import annotations

import re
from typing import Literal

Talk = Literal["greeting", "thanks", "bot", "help", "request", "trick"]

# The first that fits counts.
_SIGNS: tuple[tuple[Talk, str], ...] = (
    (
        "trick",
        r"\b(?:ignore|forget|disregard) (?:all |any |your |the |previous |prior |above )+"
        r"(?:instruction|rule|prompt)|\bsystem prompt\b|\bjailbreak|\bdeveloper mode\b"
        r"|\byou are now\b|\bpretend (?:to be|you)|\bact as (?:a|an|if)\b|\brole.?play"
        r"|(?:지시|명령|규칙|프롬프트)[을를은]? ?(?:다 ?|모두 ?|전부 ?)?(?:무시|잊)"
        r"|시스템 프롬프트|척 ?해|システムプロンプト|になりきって|のふりをして"
        r"|(?:指示|命令|ルール|プロンプト)を?(?:すべて|全部)?(?:無視|忘れ)",
    ),
    (
        "help",
        r"\bwhat (?:can|do) (?:you|i) (?:do|know|ask)\b|\bhow (?:do|can) i (?:use|ask)\b"
        r"|\bwhat(?: topics)? (?:are you|do you) (?:about|cover)|^help\W*$"
        r"|(?:뭘|뭐를|무엇을) ?(?:할 수 있|물어)|사용법|도움말|^도와줘"
        r"|何ができ(?:る|ます)|使い方|ヘルプ|何を聞け",
    ),
    (
        "bot",
        r"\b(?:are|r) (?:you|u) (?:(?:an?|actually|really|actual|real|just|even|some|like) )*"
        r"(?:ai|bot|human|robot|real|person|chatgpt|chatbot|gpt|llm|alive)\b"
        r"|\bwho (?:made|built|created|wrote|are|owns|runs) (?:you|u|this bot)\b"
        r"|\b(?:what|which) (?:language model|model|llm|ai) (?:are|is|do) you\b"
        r"|\bdo you (?:feel|think|like|love|dream)\b|\bhow old are you\b"
        r"|\bwhat(?:'s| is| are) (?:you|your name)\b|\byour (?:opinion|favou?rite|age)\b"
        r"|(?<![가-힣])(?:너|넌|너는|당신|당신은|네가) ?"
        r"(?:누구|뭐야|뭐니|사람|로봇|봇|인공지능|ai|몇 ?살|이름)"
        r"|챗봇이|봇이(?:야|니)|ボットですか|AIですか"
        r"|(?:あなた|君|きみ|お前)[はの]?(?:誰|だれ|何|AI|人間|ロボット|名前|意見)",
    ),
    (
        "request",
        r"^(?:(?:can|could|would|will) (?:you|u) |please |pls |plz )*(?:write|compose|draw|sing"
        r"|translate|generate|paint|rap|play|recommend|calculate|solve|roast|rewrite|paraphrase"
        r"|tell me a (?:joke|story)|make me)\b"
        r"|\b(?:poem|joke|haiku|essay|limerick|recipe|lyrics)\b"
        r"|(?:써|그려|불러|번역해|추천해|계산해|지어) ?(?:줘|주세요|줄래)"
        r"|농담|레시피|끓이는 법|요리법"
        r"|(?:書いて|描いて|歌って|訳して|翻訳して|計算して)(?:ください|くれ|ほしい|ちょうだい|$)"
        r"|おすすめの|冗談|レシピ|作り方",
    ),
    (
        "thanks",
        r"^(?:many |ok |okay |no )*(?:thanks|thank you|thx|ty|cheers|great|nice|cool|lol|lmao|wow"
        r"|good (?:bot|job)|(?:ha){2,})\b(?!.*\?)|^(?:고마워|고맙|감사|땡큐|ㅋㅋ|ㅎㅎ|대박)"
        r"|^(?:ありがとう|どうも|サンキュー|すごい|笑|ｗ|w+$)",
    ),
    (
        "greeting",
        r"^(?:hi|hello|hey|yo|sup|howdy|greetings|bye|goodbye|what'?s up|wass?up"
        r"|good (?:morning|evening|afternoon|night))\b(?:\W|\b(?:bot|there|all|everyone|guys"
        r"|factdesk|what'?s|up|how|are|you|is|it|going)\b)*$|^how are you\b"
        r"|^(?:안녕|하이|반가|잘 ?지내|뭐 ?해).{0,12}$"
        r"|^(?:こんにち|こんばん|おはよう|やあ|もしもし|元気|はじめまして).{0,8}$",
    ),
)
_PATTERNS: list[tuple[Talk, re.Pattern[str]]] = [
    (talk, re.compile(signs, re.IGNORECASE)) for talk, signs in _SIGNS
]


def talk_of(text: str) -> Talk | None:
    """What kind of talk a message is; None for a question."""
    typed = " ".join(text.split())
    return next((talk for talk, signs in _PATTERNS if signs.search(typed)), None)
