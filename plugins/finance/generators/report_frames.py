"""The sentence frames of the task finance/report: how one or two sentences report some measures of a quarter.

``{M1}`` and ``{M2}`` are whole statements about a measure, drawn from ``MOVES`` by its direction; the other slots
are further attributes. Frames of "train" are used in every split. Slots inside a move: measure, now, before, change.
"""

REPORTS = {
    "train": (
        "in {period}, {M1}, [and|while] {M2}",
        "{M1} in {period}, [while|whereas] {M2}",
        "[for {period}|over {period}] {company} reports that {M1}. {M2}",
        "{M1}. [At the same time|Meanwhile], {M2}, in a quarter [marked by|with] {event}",
        "[in a quarter that saw|after] {event}, {M1}, and {M2}",
        "{company}: {M1}, [and|but] {M2}. [The outlook is|Guidance:] {outlook}",
        "{M1} in {region}. {M2}. [Management expects|The board sees] {outlook}",
        "in {region}, {M1} in {period}; {M2}",
    ),
    "validation": (
        "{company} closes {period} as follows: {M1}, {M2}",
        "{event} left its mark on {period}: {M1}, and {M2}",
    ),
    "test": (
        "the {period} figures of {company} for {region} show that {M1} and that {M2}",
        "{M1}: that is {period} at {company} in one line, to which one may add that {M2}",
        "{event} came in {period}. {M1}. Also, {M2}",
        "looking back on {period}, {M1}. {M2}, and the company counts on {outlook}",
    ),
}

# ``{be}`` is "was" or "were", after the measure's number.
MOVES = {
    "up": {
        "train": (
            "{measure} [rose|grew|increased|climbed] to {now} [from {before}|]",
            "{measure} {be} up [by {change}|] at {now}",
            "{measure}, at {now}, {be} higher than the {before} of last year",
            "{measure} [rose|grew] from {before} to {now}",
        ),
        "validation": ("{measure} gained ground and reached {now}",),
        "test": ("{measure} advanced from {before} to {now}", "{measure} stood at {now}, up from {before}"),
    },
    "down": {
        "train": (
            "{measure} [fell|declined|dropped|decreased] to {now} [from {before}|]",
            "{measure} {be} down [by {change}|] at {now}",
            "{measure}, at {now}, {be} lower than the {before} of last year",
            "{measure} [fell|dropped] from {before} to {now}",
        ),
        "validation": ("{measure} lost ground and slipped to {now}",),
        "test": ("{measure} shrank from {before} to {now}", "{measure} stood at {now}, down from {before}"),
    },
    "flat": {
        "train": ("{measure} {be} unchanged at {now}", "{measure} remained [stable|flat] at {now}"),
        "validation": ("{measure} {be} steady at {now}",),
        "test": ("{measure} {be} flat on the year at {now}",),
    },
}

# Measure -> how its value is written, its verb, and the powers of ten between which it lies.
MEASURES = {
    "revenue": ("EUR {} million", "was", (0.3, 2.9)),
    "operating profit": ("EUR {} million", "was", (-0.2, 2.2)),
    "net profit": ("EUR {} million", "was", (-0.4, 2.0)),
    "personnel costs": ("EUR {} million", "were", (0.2, 2.2)),
    "order intake": ("EUR {} million", "was", (0.4, 2.9)),
    "free cash flow": ("EUR {} million", "was", (-0.3, 2.0)),
    "net debt": ("EUR {} million", "was", (0.0, 2.5)),
    "operating margin": ("{} %", "was", (0.5, 1.4)),
    "customer returns": ("{} thousand", "were", (0.3, 1.8)),
    "active customers": ("{} thousand", "were", (0.8, 2.6)),
}

REGIONS = (
    "Northern Europe",
    "Iberia",
    "the Alpine countries",
    "East Asia",
    "Latin America",
    "the Baltics",
    "the home market",
)
EVENTS = (
    "higher energy prices", "a new plant", "a strike in March", "strong demand for spare parts", "a warm winter",
    "the sale of the paper unit", "delayed deliveries", "new stores", "a weaker dollar", "price increases",
    "a product recall",
)  # fmt: skip
OUTLOOKS = (
    "a stable second half",
    "modest growth",
    "a difficult year",
    "a return to profit",
    "higher investment",
    "no change of guidance",
)
AUDITS = ("unaudited", "audited", "reviewed by the auditor")
