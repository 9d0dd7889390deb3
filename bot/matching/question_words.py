"""Words by which a question only asks, and what Korean words end in, in three languages."""

from __future__ import annotations

import re

# Words by which a question only asks, and words that say nothing. They are without apostrophes.
_LATIN_STOPS = """
a about abt according actual actually after again all almost already alright also although am an and
any anybody anyhow anymore anyone anything anyway apparently are arent article articles as ask at
base basically be became because been before being between both bro btw but by came can cant certain
certainly clear clearly come correct correctly could couldnt curious date detail detailed details
did didnt do does doesnt doing done dont doubt dude during each either else especially even ever
every everybody everyone evidence exact exactly example explain fact facts fella finally fine for
from full fully further gave generally get give given go gonna got gotta guess guys had hadnt haha
happen happened happening happens has hasnt have havent having he hear heard hello her here hey heya
him his hiya honest honestly how however hows huh i id identify if im imo in indicate info
information interested into is isnt it its itself ive just keep keeps kind kinda kindly know least
let like literally little lmao lol look looking lot lots made mainly make many maybe me mean means
mention mentioned mentions messrs might mind more moreover most mr mrs ms much must my nah name
named nearly neither never nevertheless no nobody none nope not nothing now number of off ok okay on
once ones only or other others otherwise ought our out over own part particular particularly people
perhaps piece place please pls plz possible precise precisely presumably pretty probably proof
properly prove put question questions quick quite rather read really reason recall record regarding
remember remind respectively rly roughly s said say saying says seem seemed seems seriously she
should show simply sir smth so some somebody somehow someone someones something sort specific
specifically specify still stuff such sudden suddenly supposed supposedly sure t take taken tell
than thank thanks that thats the their them then there theres these they theyre thing things think
this tho those though thx time to told tonight too took totally true truly u understand understood
until up upon ur us useful very via wait wanna was wasnt wat way we went were werent what whatever
whats when whenever whens where whered wheres whether which while who whoever whole whom whos whose
why whyd whys wich will with within wonder wondering wont would wouldnt yall yeah yep yes yet you
your
"""
_KOREAN_STOPS = """
누가 누구 누군 무슨 무엇 뭐라 뭐야 뭐가 뭔지 뭐지 뭐였 뭘로 뭐하 언제 어디 어떤 어떻
어떻게 어느 어땠 얼마 얼마나 몇번 대해 대한 관련 관해 알려 알려줘 말해 말해줘 가르쳐 설명
설명해 보여 보여줘 그거 이거 저거 그게 이게 거야 건가 것은 있어 있나 있었 있는 있던 없어
없나 없었 했어 했나 했지 하는 하나 한다 했다 하고 해서 됐어 됐나 되나 된거 된다 됐지
맞아 맞나 맞지 사실 진짜 정말 혹시 실제 실제로 대체 도대체 그리고 그런데 좀더 기사 기사에
내용 사람 이름 정확 정확히 이랑 한테 라고 라는 이라 라고했 몇년 몇년만 몇월 며칠 몇명
몇번째 번째 만에 년만 때문 이유 이번 측은 측에 측에서 쪽은 쪽에서 궁금 궁금해 혹은 얘기
얘기도 그럼 지금 거죠 거지 거예 이름이 이름은 뭐임 누구임 사실임 근데 아니 솔직히 제발
부탁 부탁해 알고 싶어 싶은데 있잖아 구체적 구체적으로 간단히 한번 하나만 질문 답변 대답
확인 확인해 참고로 갑자기 그러면 그래서 그러니까 도대 일단 정확하게 자세히 자세한 누군지
언제인지 어디서 어디에 어느쪽 성함 존함 분들 두분 나온 나오신 누구누구
"""
_HAN_STOPS = """
何 誰 時 事 言 本当 教 話 見 為 方 中 出 入 行 来 的 件 記事 名前 内容 説明
具体 主 合 何年 何月 何日 何人 何回 何度 何時 何分 何発 理由 場所 日付 当時 今回 側 氏
質問 回答 詳細 詳 正確 確認 一体 知 急 結局 是非 簡単 一言 私 今
"""
LATIN_STOP, KOREAN_STOP, HAN_STOP = (
    frozenset(stops.split()) for stops in (_LATIN_STOPS, _KOREAN_STOPS, _HAN_STOPS)
)

KOREAN_REQUEST = re.compile(
    "^(?:알려|가르쳐|말해|말씀해|설명해|보여|찾아)(?:줘|줄|주|달|봐|드)|^(?:궁금|부탁)"
)
"""Beginnings of words that only ask for an answer, whatever their ending: 알려주세요."""

_PARTICLES = """
에서는 에서도 에서 에게서 에게 으로는 으로 까지 부터 이랑 하고 한테 처럼 보다 마다 밖에 이라는
라는 이라고 라고 이란 에는 에도 과의 와의 과 가 는 도 로 를 에 와 은 을 의 이 랑 나 만 란
"""
_ENDINGS = """
하였나요 했었나요 했습니까 했나요 했어요 했는지 했다는 했다며 했던 했어 했나 했지 했대 했다 합니까
하나요 하는지 하기로 하자고 하려고 한다고 한다 하는 하나 해요 해서 됐습니까 됐나요 됐어요 됐는지
됐어 됐나 됐지 되나요 되는지 되나 된다 되는 된 인가요 인가 인지 했음 안했음 했다던데 했다는데
다던데 다면서 라던데 거예요 거죠 거야 이었죠 인거 임 이야 이에요 예요 에요 입니까 습니까 나요 는지
는데 던가 던 야 요 죠 지 냐 니 래 대 까 어 아
"""
PARTICLE, ENDING = (
    re.compile(f"(?<=[가-힣]{{2}})(?:{'|'.join(suffixes.split())})$")
    for suffixes in (_PARTICLES, _ENDINGS)
)
