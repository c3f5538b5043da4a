"""Which language a text is in, by its most frequent small words: for texts of some length in ten languages."""

from __future__ import annotations

import re

SMALL_WORDS = {
    "English": (
        "the of and to in is that it was for on are with as at be this have from or by not but what all were "
        "when my me you your we our they them would will can if so do does has had been no there their which "
        "who"
    ),
    "German": (
        "der die das und ist nicht ein eine zu den mit sich auf dem für von im auch es an werden aus er wird "
        "bei sind ich sie wir ihr mein mir mich uns ihre kann habe hat würde wenn so oder noch nur war wie"
    ),
    "French": (
        "le la les des et est une dans que pour qui sur pas avec au par plus ce sont cette du nous vous ne se "
        "aux je tu il elle mon ma mes votre vos ai été être avoir si mais ou très bien comme tout leur"
    ),
    "Spanish": (
        "el la los las de que en un una es por con para del se no su al como más pero sus le ya este ha yo me "
        "mi mis tu usted nos nuestro he sido ser está si muy cuando todo esta hay puede tiene"
    ),
    "Italian": (
        "il di che la per un una non sono con del della dei le si da al come più nel alla anche ha gli lo io "
        "mi mio mia ho hai abbiamo stato essere se ma molto quando tutto questa quello ci vi lei loro"
    ),
    "Portuguese": (
        "os as de que em um uma não para com do da dos das se por mais no na foi ao como mas são eu me meu "
        "minha você nós tem ser está muito quando tudo esta isso seu sua pelo pela também já"
    ),
    "Dutch": (
        "de het een en van is dat niet te in op zijn voor met die aan er maar om ook als bij naar uit wordt "
        "ik je jij mijn me wij we ons hebben heb had zou kan zal dit deze nog geen wel meer"
    ),
    "Swedish": (
        "och att det som en på är av för med den till inte om har de ett han var jag men sig från vi så kan "
        "du mig min mitt vår hade skulle ska detta denna eller mycket när alla"
    ),
    "Polish": (
        "na nie się do to że jest jak po co tak za od przez jego ale był dla są czy tym tylko ja mi mnie mój "
        "moja mam ma jestem będzie może można który która lub bardzo kiedy gdy już"
    ),
    "Turkish": (
        "ve bir bu da de için ile çok ne olarak daha var gibi kadar olan sonra en ama ben mi değil her ya sen "
        "biz siz benim bizim bana yok oldu olacak ise veya ancak hem"
    ),
}
OF_LANGUAGE = {language: frozenset(words.split()) for language, words in SMALL_WORDS.items()}
WORDS = re.compile(r"[^\W\d_]+")

LEAST_WORDS, LEAST_SHARE = 8, 0.25
"""Words of a text, and the share that have to be small words of its language: of running text about half are."""
LEAD = 1.5
"""How many times as many small words the best language has to have as the next."""


def language_of(text: str) -> str | None:
    """The language, or None where the text is too short or the small words do not tell."""
    words = WORDS.findall(text.lower())
    if len(words) < LEAST_WORDS:
        return None
    hits = sorted(((sum(word in known for word in words), name) for name, known in OF_LANGUAGE.items()), reverse=True)
    (most, best), (next_most, _) = hits[:2]
    return best if most >= LEAST_SHARE * len(words) and most >= LEAD * next_most else None
