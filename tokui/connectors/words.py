"""How banks word the kind of a row, in kanji and in kana of either width."""

import unicodedata
from functools import lru_cache

from tokui.banking.statements import Kind

# The order matters: 振込手数料 is a fee, not a transfer; 振込取消 is a correction.
WORDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (Kind.CORRECTION, ("取消", "訂正", "トリケシ", "テイセイ")),
    (Kind.FEE, ("手数料", "テスウリヨウ", "テスウリョウ")),
    (Kind.INTEREST, ("利息", "利子", "リソク", "リシ ")),
    (Kind.DIRECT_DEBIT, ("口座振替", "自動振替", "自動引落", "口振", "コウザフリカエ", "ジドウフリカエ", "ジフリ")),
    (Kind.TRANSFER, ("振込", "フリコミ", "振替", "送金", "給与", "給料", "キユウヨ", "キュウヨ")),
    (Kind.CHEQUE, ("小切手", "手形", "コギツテ", "コギッテ", "テガタ", "でんさい", "デンサイ")),
    (Kind.CASH, ("現金", "ATM", "ゲンキン", "カード", "通帳")),
)


@lru_cache(maxsize=4096)  # a statement repeats a few wordings and names
def kind_in(text: str) -> Kind | None:
    """The kind that the bank's wording names, or None."""
    plain = plain_text(text)
    for kind, words in WORDS:
        if any(word in plain for word in words):
            return kind
    return None


def plain_text(text: str) -> str:
    """Text for comparing only: one width, one case, a stand-alone ゛ or ゜ joined to its kana."""
    joined = text.replace("゛", "\u3099").replace("゜", "\u309a").replace("ﾞ", "\u3099").replace("ﾟ", "\u309a")
    return unicodedata.normalize("NFKC", joined).upper()
