"""The patterns of structured identifiers, in the order in which they are tried at a place."""

from __future__ import annotations

from goodfit.texts.secrets import TOKEN, WEB_TOKEN

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
YEAR = r"(?:1[89]|20)\d\d"
FOREIGN_MONTH = (
    r"(?:januar|jänner|februar|märz|maerz|april|mai|juni|juli|august|september|oktober|november|dezember"
    r"|janvier|février|mars(?=\s+(?:1[89]|20)\d\d)|avril|juin|juillet|août|septembre|octobre|novembre|décembre"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    r"|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre"
    r"|januari|februari|maart|mei|augustus|december)"
)
"""German, French, Spanish, Italian and Dutch; mars is a bar, too, where no year follows."""
SPOKEN_DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"


def _behind(words: str) -> str:
    """Behind one of some words; a look behind has one length."""
    return "|".join(rf"(?<=\b(?i:{word})\s)" for word in words.split())


def _by_first_letter(words: str) -> str:
    """Words in any case: Python's engine sees at once where none begins, and does not try each of them.

    It takes a dotted and a dotless i, a long s and the sign of kelvins for these letters, too.
    """
    also = {"i": "\u0130\u0131", "s": "\u017f", "k": "\u212a"}
    behind: dict[str, list[str]] = {}
    for word in words.split("|"):
        behind.setdefault(word[0], []).append(word[1:])
    starts = {letter: letter + letter.upper() + also.get(letter, "") for letter in behind}
    ways = [f"(?-i:[{starts[letter]}])(?:{'|'.join(rests)})" for letter, rests in behind.items()]
    return f"(?i:{'|'.join(ways)})"


AFTER_YEARS = _behind("in since until around year early late during before after between from")
"""Where a number is a year whatever comes; in a table of figures a bare one is not."""

PERHAPS_YEARS = _behind("a the of by and for to")
"""Where it is one if it counts nothing."""

COUNTED = (
    r"(?:dollars?|euros?|pounds?|usd|eur|gbp|people|persons?|employees|staff|shares?|units?|items?|copies|words|pages|records|bits?|bytes|h|x"
    r"|rows|tokens|days|hours|minutes|seconds|times|k?m|miles|feet|m?g|kg|ml|mah|rpm|calories|k?cal|percent|or more|more)\b"
)
"""Words behind a number that could be a year and say that it counts something."""

NO_STREET = (
    r"(?:days?|weeks?|months?|years?|hours?|minutes?|times?|per|percent|of|in|by|m?g|ml|and|or|to|the|people|pages)\b"
)
"""Words behind a number that say that it counts something."""

STREET = (
    r"(?:street|st\.?|road|rd\.?|avenue|ave\.?|lane|ln\.?|drive|dr\.?(?! ?\d{1,3}[\d,. ]{0,12}[.,]\d\d\b)|boulevard|blvd\.?|court|ct\.?|place|pl\.?|square|sq\.?"
    r"|terrace|way|close|crescent|parkway|pkwy\.?|highway|hwy\.?|trail|circle|cir\.?|grove|gardens?|mews|row|quay|wharf)"
)
TOP_LEVEL = (
    r"(?:com|org|net|edu|gov|mil|info|biz|io|ai|app|dev|co|me|tv|eu|uk|us|ca|au|nz|de|fr|it|es|pt|nl|be|ch|at|se|no|dk|fi|ie"
    r"|pl|cz|sk|hu|ro|gr|ru|ua|tr|il|in|pk|cn|jp|kr|sg|hk|tw|my|th|vn|id|ph|za|ng|ke|eg|br|mx|ar|cl|pe|is|ee|lv|lt|si|hr|rs"
    r"|example|invalid|test|local)"
)
DOT = r"\s{0,3}(?:\(\s?dot\s?\)|\[\s?dot\s?\]|\{\s?dot\s?\}|<dot>|\s{1,3}dot\s{1,3}|\s?\.\s?)\s{0,3}"

SAID = _by_first_letter(
    r"passport|licen[cs]e|driver'?s? licen[cs]e|driving licen[cs]e|mrn|medical record|patient|member|policy|claim|account|acct\.?|a/c"
    "|iban|sort code|routing|swift|bic|ssn|social security|nhs|national insurance|ni|tax|vat|tin|customer|client|case|docket|file"
    r"|employee|staff|student|badge|ticket|reference|ref\.?|registration|plate|vin|imei|serial|certificate|beneficiary|health plan"
    "|device|card|cvv|cvc|id|identification|number|code"
)
"""Words that say what the number behind them is."""

APART = r"(?:(?<![^\W\d_])|(?=\d))"
"""Not in the middle of a word: NIE is not the number E of NI; digits may follow at once."""

OF = r"(?:\s{0,3}(?:is|are|was|no\.?|nr\.?|num(?:ber)?|id|code|#|:|=|-)){0,4}\s{0,3}"
"""What stands between a word such as "passport" and its number."""

PATTERNS: dict[str, str] = {
    # keys and tokens
    "secret_key": r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[\s\S]{16,4000}?-----END [A-Z ]{0,20}PRIVATE KEY-----",
    "secret_jwt": WEB_TOKEN,
    "secret_token": TOKEN,
    "secret_said": (
        r"(?i:(?<![^\W_])(?:password|passwd|passphrase|pass ?code|pwd|(?:api|access|account|secret)[ _-]?key|secret|"
        r"access[ _-]?token|bearer|pin)\b"
        r"(?:\s{1,3}(?:is|was))?\s{0,3}[:=]?\s{0,3})(?P<secret_value>[^\s,;\"']{4,200}(?<![.!?]))"
    ),
    # the net
    "url": (r"(?i:\b(?:https?|ftp|sftp)://[^\s<>\"')\]]+(?<![.,;:!?])|\bwww\.[^\s<>\"')\]]+(?<![.,;:!?]))"),
    "email": (
        r"(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\b"
        r"|(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){0,8}[\w-]{1,63}\b"
    ),
    "email_odd": (
        # with brackets round "at", or blanks round "@", any dot will do; a bare "at" is a word, and needs more
        r"(?i:(?<![\w.+-])[\w.+-]{1,64}(?:\s+dot\s+[\w+-]{1,40}){0,4}(?:"
        r"\s{0,3}(?:\(\s?at\s?\)|\[\s?at\s?\]|\{\s?at\s?\}|<at>|\s@\s?|@\s)\s{0,3}"
        rf"[\w-]{{1,63}}(?:{DOT}[\w-]{{1,63}}){{0,4}}{DOT}[a-z]{{2,12}}"
        rf"|\s{{1,3}}at\s{{1,3}}[\w-]{{1,63}}(?:(?:\s{{1,3}}dot\s{{1,3}}[\w-]{{1,63}}){{1,5}}|(?:\.[\w-]{{1,63}}){{0,4}}\.{TOP_LEVEL}))\b)"
    ),
    "domain": rf"(?i:(?<![\w@.-])(?:[a-z0-9](?:[\w-]{{0,61}}[a-z0-9])?\.){{1,6}}{TOP_LEVEL}(?:/[\w./?%&=+#-]*\w/?)?)(?![\w-])",
    "ip6": (
        r"(?<![\w:])(?:(?:[0-9a-fA-F]{0,4}:){2,6}(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|(?:[0-9a-fA-F]{1,4}:){1,7}:(?:[0-9a-fA-F]{1,4}"
        r"(?::[0-9a-fA-F]{1,4}){0,6})?|::(?:[0-9a-fA-F]{1,4}:){0,6}[0-9a-fA-F]{1,4})(?![\w:])"
    ),
    "mac": r"\b(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}\b",
    "ip4": r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|\[\.\]|\s?\.\s?)){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]*\d)",
    "crypto": r"\b(?:bc1[a-z0-9]{25,60}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}|0x[0-9a-fA-F]{40})\b",
    "handle": r"(?<![\w@.])@[A-Za-z_][\w.]{2,29}\b",
    # accounts and offices
    "iban": r"\b[A-Za-z]{2}\d\d[A-Za-z0-9]{11,30}\b|\b[A-Z]{2}\d\d(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b|\b[a-z]{2}\d\d(?:[ -]?\d{4}){2,7}(?:[ -]?\d{1,4})?\b",
    "vat": r"\b(?:AT|BE|BG|CH|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK)E?-?[ ]?[A-Z0-9]{1,3}[ .-]?\d{2,3}[ .-]?\d{2,4}(?:[ .-]?[A-Z0-9]{1,4})?\b",
    "said_number": (
        rf"(?i:\b{SAID}s?"
        rf"(?:\s+(?:number|no\.?|nr\.?|num|id|code|card|plate))?{OF}){APART}"
        r"(?P<said_value>(?=[A-Z0-9/ -]{0,12}\d)[A-Z0-9]{1,6}(?:[-/ ]?[A-Z0-9]{1,6}){0,5}(?<=\d)[A-Z]{0,3})(?![\w%])"
    ),
    "ni_number": r"\b(?![DFIQUV])[A-Z](?![DFIOQUV])[A-Z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b",
    "person": (
        # DNI, codice fiscale, PAN, CURP; a NIE looks like a long_id
        r"\b(?:\d{8}-?[A-Z]|[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]|[A-Z]{5}\d{4}[A-Z]|[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d)\b"
    ),
    "uk_postcode": r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2}\b",
    "us_zip": (
        r"\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[A]|RI|S[CD]|T[NX]|UT|V[AT]"
        r"|W[AIVY])[ ,]{1,2}(?P<zip_value>\d{5}(?:-\d{4})?)\b"
    ),
    "zip_said": r"(?i:\b(?:zip|zip ?code|postal code|postcode|plz)\b(?:\s{1,3}(?:is|was|code)){0,3}\s{0,3}:?\s{0,3})(?P<zip_said_value>[A-Za-z]{0,2}-?\d[A-Z\d -]{1,8}\d(?:\s?[A-Z]{1,2})?)\b",
    "street": (
        rf"(?i:\b\d{{1,5}}(?:[ -]?[a-z])?,?\s{{1,3}}(?!{NO_STREET})(?:(?:[NSEW]\.?|north|south|east|west)\s+)?(?:[^\W\d_][\w'’.-]{{0,30}}\s{{1,3}}){{1,4}}?{STREET}"
        r"(?=[\s,.;:)]|$)(?:[ ,]+(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|#)\.?\s*\w{1,6}\b)?)"
    ),
    "unit": r"(?i:\b(?:apt|apartment|suite|ste|unit|flat|p\.?\s?o\.?\s?box|post(?:fach| box))\.?\s{0,8}#?\s{0,8}\d\w{0,6}\b)",
    # time
    "date_words": (
        rf"(?i:\b(?:{DAY}[ .-]?(?:\s{{0,8}}of\s{{1,8}})?{MONTH}\.?(?:[ ,.-]+{YEAR})?|{MONTH}\.?\s+{DAY}(?:\s{{0,8}},?\s{{0,8}}{YEAR})?"
        rf"|{MONTH}\.?,?\s+{YEAR}|{DAY}-{MONTH}-(?:\d\d)?\d\d|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b)"
    ),
    "date_foreign": rf"(?i:\b(?:[12]\d|3[01]|0?[1-9])(?:\.|er|º)?\s{{1,3}}(?:de\s)?{FOREIGN_MONTH}(?:\s+(?:del?\s)?{YEAR})?\b)",
    "date_year": (
        rf"(?={YEAR})(?:(?:{AFTER_YEARS})|(?:{PERHAPS_YEARS})(?!\d{{4}}\s+[a-z]+s\b)){YEAR}(?:s\b)?"
        rf"(?![\w%]|[/.,:]\d|[-–]\w)(?!\s{{0,3}}(?i:{COUNTED}))"
    ),
    "date_figures": (
        rf"(?<![\d./-])(?:{YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0[1-9]|[12]\d|3[01]|[1-9])(?:[T ]\d\d:\d\d(?::\d\d)?)?"
        rf"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:{YEAR}|\d\d))(?![\d/-]|\.\d)"
    ),
    "date_born": r"(?i:\b(?:dob|born|geb\.?|geboren)(?:\s(?:on|am))?\s{0,3}:?\s{0,3})(?P<born_value>\d{8})(?!\w)",
    "age": (
        r"(?i:\b(?:aged?|at the age of|turn(?:ed|s|ing)?|i(?:'|’)?a?m|is|was)\s+(?=\d{1,3}(?!\s*(?:%|per|percent|days|hours|minutes"
        r"|weeks|months|miles|km|kg|mg|ml|pounds|dollars|euro|[.,:/]\d|[A-Za-z]?\d)))(?:a\s+)?(?P<age_value>1?\d?\d)"
        r"(?=(?:[\s-]*(?:years?|yrs?|y/?o|yo)\b|\s*[.,;!?)]|\s*$|\s+(?:and|when|today|now|next|this|last)\b))"
        r"|(?P<age_years>\b1?\d?\d)(?=[\s-]*(?:years?|yrs?)[\s-]*old\b|[\s-]*y/?o\b|[\s-]year[\s-]old))"
    ),
    "title": (
        r"\b(?:Mr|Mrs|Ms|Mx|Miss|Dr|Prof|Rev|Fr|Sr|Sra|Srta|Hon|Capt|Lt|Col|Gen|Sgt|Herr|Frau|Mme|Mlle|Sir|Dame|Lady|Lord)\b\.?"
        r"(?=\s+[^\W\d_a-z])|\b(?:mr|mrs|ms|dr|prof)\b\.?(?=\s+[^\W\d_])"
    ),
    # numbers that say themselves what they are
    "spoken": rf"(?i:\b{SPOKEN_DIGIT}(?:[\s,-]{{1,3}}{SPOKEN_DIGIT}){{5,30}}\b)",
    "digits": (
        r"(?<![\w.,$€£])(?:\+|00)?\(?\d(?:(?: ?[\-./()]{0,2} ?)\d){6,22}(?:\s?(?:x|ext\.?|extension)\s?\d{1,6})?(?![\w%]|[.,]\d)"
    ),
    "long_id": r"\b(?=[A-Z0-9-]{0,18}\d[A-Z0-9-]{0,18}\d)(?=[A-Z0-9-]{0,18}[A-Z])[A-Z]{1,4}-?\d{6,14}[A-Z]?\b",
}
"""Name -> pattern; where a group ``…_value`` is named, only that part is the place."""
