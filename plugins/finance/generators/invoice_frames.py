"""The lines of the task finance/invoice: blocks that every invoice has, in the ways that firms print them.

``|`` inside brackets is a choice, ``/`` between blanks a new line. Slots in capitals become spans; those in small
letters are what a reader could take for a field: buyer (a company), who, order, customer, delivery (numbers), day
(a date before the invoice), phone, street, city, iban, vat, item, price (of one line), goods with their quantity and
the price of one (unit). Frames of "train" are used in every split.
"""

SENDER = {
    "train": (
        "{SUPPLIER} / {street}, {city}, [tel|phone] {phone}",
        "{SUPPLIER} / {street} / {city} / VAT id {vat}",
        "[From|Sender]: {SUPPLIER}, {city} / To: {buyer}, attn {who}",
        "{buyer} / {street}, {city} / [supplier|seller] {SUPPLIER}, VAT id {vat}",
        "{SUPPLIER} [established 19{two}|member of the {city} chamber] / Bill to {buyer}",
    ),
    "validation": ("{SUPPLIER} - {street} - {city} / Messrs {buyer}",),
    "test": (
        "Customer {buyer}, {city} / Services rendered by {SUPPLIER}",
        "{who}, {buyer} / your contact at {SUPPLIER}: {phone}",
        "{SUPPLIER}, registered in {city} no {vat} / for {buyer}",
    ),
}

# With a due date or without one, which is chosen before.
HEAD = {
    True: {
        "train": (
            "INVOICE [No.|no|number] {INVOICE_NUMBER} / Date: {INVOICE_DATE} / [Order|PO] {order} of {day} / Due: "
            "{DUE_DATE}",
            "Invoice {INVOICE_NUMBER} / customer no {customer} / issued {INVOICE_DATE}, [payable by|due on] {DUE_DATE}",
            "Inv. no. {INVOICE_NUMBER} / Inv. date {INVOICE_DATE} / delivery {delivery} on {day} / Pay by {DUE_DATE}",
            "Order no. {order} / Invoice no. {INVOICE_NUMBER} / {INVOICE_DATE} / due date {DUE_DATE}",
        ),
        "validation": (
            "Our document {INVOICE_NUMBER} of {INVOICE_DATE} / your order {order} / we expect payment by {DUE_DATE}",
        ),
        "test": (
            "Bill {INVOICE_NUMBER} written {INVOICE_DATE} / goods left us {day} / settle not later than {DUE_DATE}",
            "Payment term ends {DUE_DATE} / Document no {INVOICE_NUMBER} / Document date {INVOICE_DATE} / Contract "
            "{order}",
        ),
    },
    False: {
        "train": (
            "INVOICE [No.|number] {INVOICE_NUMBER} / Date: {INVOICE_DATE} / Order {order} of {day} / payable within "
            "30 days",
            "Invoice {INVOICE_NUMBER} / issued {INVOICE_DATE} / delivered {day}, note {delivery} / [payable on "
            "receipt|due at once]",
            "customer {customer} / Inv. no. {INVOICE_NUMBER} / Inv. date {INVOICE_DATE} / terms 14 days net",
        ),
        "validation": ("Our document {INVOICE_NUMBER} of {INVOICE_DATE} / your order {order} of {day}",),
        "test": ("Bill {INVOICE_NUMBER} written {INVOICE_DATE} / offer {order} of {day} / cash, please",),
    },
}

ITEMS = {
    "train": (
        "{quantity} x {goods} at {unit} [each|apiece]: {price}",
        "{item}, [art.|item] {delivery}, {price}",
        "{item} {price} / [freight|postage] {price_b}",
        "pos 1 {item} {price} / pos 2 {item_b} {price_b}",
        "[work|hours] on {day}: {item} {price}",
    ),
    "validation": ("{item} as agreed with {who} {price}",),
    "test": ("for {item} {price} / for {item_b} {price_b}", "{item} ({who}, {day}) {price}"),
}

# With tax or without, which is chosen before.
SUMS = {
    True: {
        "train": (
            "Net {NET} / VAT {rate} % {TAX} / Total {cur} {TOTAL}",
            "[Subtotal|Sum net] {NET} / [tax|VAT] at {rate} %: {TAX} / [Amount due|Total due] {TOTAL} {cur}",
            "Total excl. VAT {NET} / VAT {TAX} / Total incl. VAT {TOTAL}",
            "{rate} % VAT on {NET} is {TAX} / {cur} {TOTAL} [to pay|payable]",
        ),
        "validation": ("before tax {NET} / tax {TAX} / [together|in all] {cur} {TOTAL}",),
        "test": (
            "Grand total {cur} {TOTAL} / thereof VAT {rate} % {TAX} / net value {NET}",
            "goods {NET} / plus {TAX} value added tax / please remit {TOTAL}",
        ),
    },
    False: {
        "train": (
            "Total {cur} {TOTAL} / no VAT, small business",
            "[Amount due|To pay] {TOTAL} {cur} / VAT exempt",
        ),
        "validation": ("in all {cur} {TOTAL}, reverse charge",),
        "test": ("please remit {TOTAL} / tax owed by the recipient",),
    },
}

FOOT = {
    "train": (
        "Bank {iban}",
        "Questions: {who}, {phone}",
        "goods remain ours until paid / {iban}",
        "your last payment came {day}, thank you",
        "[Fax|tel] {phone} / court of {city} HR {delivery}",
        "[prices as of {day}|our terms of {day} apply]",
    ),
    "validation": ("pay to {iban}, quote {customer}",),
    "test": ("ask for {who} at {phone}", "account {iban}, opened {day}"),
}

THINGS = (
    "cartons", "desk lamps", "cleaning of offices", "consulting", "printing of flyers", "cable 20 m", "toner",
    "catering lunch",
    "server rental", "repair of door", "safety shoes", "window glass", "lab kits", "pallets", "transport",
    "software support",
)  # fmt: skip

GOODS = ("cartons", "desk lamps", "safety shoes", "lab kits", "pallets", "toner cartridges", "office chairs", "filters")
"""Things that are sold by the piece."""
