"""Amounts, statements and first digits: exact where exactness is possible, silent where it is not."""

import math
from decimal import Decimal

import pytest
from goodfit_finance import benford
from goodfit_finance.amounts import Number, amounts, is_numeric, numbers
from goodfit_finance.answers import is_right
from goodfit_finance.statements import Total, adds_up, read_statement, repeated


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("rent 1,250.00", ["1250.00"], id="English"),
        pytest.param("Miete 1.250,00", ["1250.00"], id="continental"),
        pytest.param("1'250.00", ["1250.00"], id="Swiss"),
        pytest.param("INR 1,50,000.00 1,50,00,000.00", ["150000.00", "15000000.00"], id="Indian"),
        pytest.param("12,345,678.90", ["12345678.90"], id="millions"),
        pytest.param("-84.20 and −84.20 and 84.20-", ["-84.20", "-84.20", "-84.20"], id="minus before or behind"),
        pytest.param("(84.20)", ["-84.20"], id="brackets"),
        pytest.param("-€84.20, -EUR 84.20, €-84.20", ["-84.20", "-84.20", "-84.20"], id="a minus before a currency"),
        pytest.param("(€84.20) (EUR 84.20) $(84.20)", ["-84.20", "-84.20", "-84.20"], id="a currency in brackets"),
        pytest.param("INV-84.20", ["84.20"], id="a dash in a number of a document"),
        pytest.param("1 250.00", ["1250.00"], id="a blank"),
        pytest.param("Loyer 1 250,00", ["1250.00"], id="French"),
        pytest.param("1\u00a0250,00 and 1\u202f250,00", ["1250.00", "1250.00"], id="blanks that do not break"),
        pytest.param("1’250.00", ["1250.00"], id="Swiss with a curved apostrophe"),
        pytest.param("in 2025 350.00", ["350.00"], id="a year before an amount"),
        pytest.param("(see 84.20)", ["84.20"], id="a bracket that closes a remark"),
        pytest.param("EUR1,250.00 €0.90", ["1250.00", "0.90"], id="a currency without a blank"),
        pytest.param("0.10 + 0.20", ["0.10", "0.20"], id="cents"),
        pytest.param("28.04.2034, 2034-04-28, 28/04/2034", [], id="dates"),
        pytest.param("order 4471, tel 555-0113, inv QP-24-0113", [], id="numbers of documents"),
        pytest.param("VAT 19.00 % or 7.50 per cent", [], id="percentages"),
        pytest.param("412.6 and 3 and 1.250", [], id="no two decimals"),
    ],
)
def test_an_amount_has_two_decimals_and_a_sign(text, found):
    assert amounts(text) == [Decimal(value) for value in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("EUR 4.2 million", [("4200000", "")], id="a scale"),
        pytest.param("USD 89,620 thousand", [("89620000", "")], id="thousands twice"),
        pytest.param("8 % of 1,204", [("8", "percent"), ("1204", "")], id="per cent"),
        pytest.param("-3.4 per cent", [("-3.4", "percent")], id="negative"),
        pytest.param("(31.0)", [("-31.0", "")], id="brackets"),
        pytest.param("53.6 (2018: 51.0)", [("53.6", ""), ("2018", ""), ("51.0", "")], id="a remark"),
        pytest.param("Q3 was fine", [], id="a quarter"),
        pytest.param("EUR 4.2 Million", [("4200000", "")], id="a scale with a capital"),
        pytest.param("€4.2M", [("4200000", "")], id="a scale letter"),
        pytest.param("US$4.2m", [("4200000", "")], id="a currency with letters"),
        pytest.param("1.250,00", [("1250", "")], id="continental"),
        pytest.param("EUR 10.000, 1.250 euros", [("10000", ""), ("1250", "")], id="continental thousands"),
        pytest.param(
            "USD 1.459 per litre, 0.312 a kWh", [("1.459", ""), ("0.312", "")], id="a price of three decimals"
        ),
        pytest.param("1.459 euros/kg, EUR 1.459 per year", [("1.459", ""), ("1459", "")], id="a price and a sum"),
        pytest.param("1.250, EUR 0.125, EUR 1.250 m", [("1.25", ""), ("0.125", ""), ("1250000", "")], id="decimals"),
        pytest.param("INR 1,50,000 and 1,50,00,000.00", [("150000", ""), ("15000000", "")], id="Indian"),
        pytest.param("$(20,597)", [("-20597", "")], id="brackets behind a currency"),
        pytest.param("$ (20.0)", [("-20", "")], id="brackets behind a currency and a blank"),
        pytest.param("+3.6%", [("3.6", "percent")], id="a plus"),
        pytest.param("12 percentage points", [("12", "point")], id="points"),
        pytest.param("5 bps", [("0.05", "point")], id="basis points"),
        pytest.param("4.2 million euros", [("4200000", "")], id="a currency behind"),
    ],
)
def test_a_number_has_its_scale_and_its_per_cent(text, found):
    assert numbers(text) == [Number(Decimal(value), unit) for value, unit in found]


@pytest.mark.parametrize(
    ("text", "numeric"),
    [
        ("EUR 4.2 million", True),
        ("412.6", True),
        (" 8 % ", True),
        ("$(20,597)", True),
        ("US$4.2m", True),
        ("1.250,00", True),
        ("25 October 2029", False),
        ("30 to 90", False),
        ("Vesper Audit", False),
    ],
)
def test_an_answer_is_numeric_if_it_is_a_number_and_nothing_else(text, numeric):
    assert is_numeric(text) == numeric


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        pytest.param("EUR 10,000", True, id="the other mark"),
        pytest.param("10.000", True, id="without its currency"),
        pytest.param("EUR 10 thousand", True, id="a scale"),
        pytest.param("EUR 10", False, id="ten"),
    ],
)
def test_a_dot_before_three_digits_of_a_sum_groups_thousands(answer, right):
    assert is_right(answer, ["EUR 10.000"]) == right


BANK = "Account March 2025\nOpening balance 100.00\n03 Mar fee -0.10\n04 Mar payment +0.20\nClosing balance {}\n{}"
LIST = "Expenses 2025\n01 Feb rent 900.00\n02 Feb credit note 7 -40.00\nTotal {}"
JOURNAL = "Journal\nrent Dr 900.00\nsale Cr {}\nfees Dr 0.10\nTotal debits {}\nTotal credits {}\nvouchers 1.00"


SIDES = "Bank\nOpening balance 5,000.00 Cr\nrent 900.00 Dr\nsale 100.00 Cr\nClosing balance {}"
MOVES = "Bank\nOpening balance 1,000.00\nrent -100.00\ntea -50.00\nTotal {}\nClosing balance {}"
UNSIGNED = "Bank\nOpening balance 1,000.00\n{0} 25.00\n{0} 30.00\nClosing balance {1}"
SIDED = "Bank\nOpening balance 100.00\nWithdrawal 30.00 Dr\nDeposit 50.00 Cr\nClosing balance 120.00"
ACCOUNT = "Bank\nOpening balance 100.00\n{} 30.00\nDeposit 50.00\nClosing balance {}"
LEAVES = ("Withdrawal", "Cash withdrawals", "Payment out", "Standing order", "Auszahlung")
ADVANCE = "Travel claim\nHotel 200.00\n{} advance 50.00\nTotal {}"
SMALL = "List\nrent 100.00\ntea 50.00\nTotal {}"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        pytest.param(BANK.format("100.10", ""), True, id="bank"),
        pytest.param(BANK.format("100.10", "rent of 17.00 is due"), True, id="a remark below does not count"),
        pytest.param(BANK.format("100.30", ""), False, id="bank with a wrong balance"),
        pytest.param(LIST.format("860.00"), True, id="list"),
        pytest.param(LIST.format("EUR 860.00 (Ines Bartok, tel. 555-0117, i@example.org)"), True, id="words behind"),
        pytest.param(LIST.format("860.01"), False, id="a cent is an error"),
        pytest.param(JOURNAL.format("900.10", "900.10", "900.10"), True, id="a journal"),
        pytest.param(JOURNAL.format("900.10", "1,800.20", "900.10"), False, id="a side with the other's sum"),
        pytest.param(JOURNAL.format("700.00", "900.10", "700.00"), False, id="a journal that does not balance"),
        pytest.param(SIDES.format("4,200.00 Cr"), True, id="a balance of debits and credits"),
        pytest.param(MOVES.format("-150.00", "850.00"), True, id="a total before the closing balance"),
        pytest.param(MOVES.format("-150.00", "950.00"), False, id="a wrong balance behind a right total"),
        pytest.param(SMALL.format("150.00 (31.03)"), True, id="a day in brackets"),
        pytest.param(SMALL.format("EUR 150.00 (USD 165.00)"), True, id="another currency in brackets"),
        pytest.param(SMALL.format("160.00"), False, id="a wrong total"),
        pytest.param("rent 100.00\ntea 50.00\nDiscount 10.00\nTotal 140.00", True, id="a discount without a minus"),
        pytest.param("rent 100.00\ntea 50.00\nDiscount 10.00\nTotal 145.00", False, id="a discount that does not fit"),
        *[
            pytest.param(UNSIGNED.format(name, "945.00"), True, id=f"{name} without a minus")
            for name in ("Card payment", "Payments out", "Refund", "Returns", "Withdrawal", "Fee", "Charge")
        ],
        pytest.param(UNSIGNED.format("Card payment", "1,055.00"), True, id="payments that add to a balance"),
        pytest.param(UNSIGNED.format("Card payment", "950.00"), False, id="payments that do not fit"),
        *[pytest.param(ACCOUNT.format(name, "120.00"), True, id=f"{name} leaves an account") for name in LEAVES],
        *[pytest.param(ACCOUNT.format(name, "180.00"), False, id=f"{name} does not add to it") for name in LEAVES],
        pytest.param(ACCOUNT.format("Payment to Bartok", "120.00"), True, id="a payment that leaves an account"),
        pytest.param(ACCOUNT.format("Payment received", "180.00"), True, id="a payment that comes"),
        pytest.param(SIDED, True, id="a withdrawal on its side"),
        *[
            pytest.param(ACCOUNT.format(name, "180.00"), True, id=f"{name} comes")
            for name in ("Standing order from J Smith", "Withdrawal reversed", "Insurance claim paid out")
        ],
        pytest.param("Less-lethal training kit 50.00\ntea 3.00\nTotal 53.00", True, id="a word that begins with less"),
        *[
            pytest.param(ADVANCE.format(less, total), right, id=f"{less}: {total}")
            for less in ("Less", "- Less", "05 Mar less", "Minus", "Abzüglich")
            for total, right in (("150.00", True), ("250.00", False))
        ],
        pytest.param("less than a box 5.00\nsoap 3.00\nTotal 8.00", True, id="less than"),
        pytest.param(
            "Old balance 90.00\nrefund 20.00\nfee 5.00\nNew balance 105.00", True, id="a refund in, a fee out"
        ),
        pytest.param("rent 100.00\nrebate -9.00\nfee 5.00\nTotal 86.00", False, id="a fee among entries with a minus"),
        pytest.param("rent EUR 1,250\ntea 10.00\nTotal EUR 1,260.00", True, id="whole amounts"),
        pytest.param("rent 100,-\ntea 10,00\nTotal 110,00", True, id="a dash for cents"),
        pytest.param("31.03 rent 100.00\n31.03. tea 10.00\nTotal 110.00", True, id="days before the words"),
        pytest.param("rent - 100.00\ntea - 10.00\nTotal 110.00", True, id="dashes between words and amounts"),
        pytest.param("week 12 450.00\ntea 10.00\nTotal 460.00", True, id="a number before an amount"),
        pytest.param("Miete 12 450,00\nTee 10,00\nTotal 12 460,00", True, id="blanks between thousands"),
        pytest.param("Miete 1’250.00\nTee 10.00\nTotal 1’260.00", True, id="apostrophes between thousands"),
    ],
)
def test_a_statement_adds_up_to_the_cent_or_it_does_not(text, right):
    assert adds_up(read_statement(text)) == right


@pytest.mark.parametrize(
    ("text", "is_usual"),
    [
        pytest.param(UNSIGNED.format("Card payment", "945.00"), True, id="payments off a balance"),
        pytest.param(UNSIGNED.format("Card payment", "1,055.00"), False, id="payments that add to a balance"),
        pytest.param(UNSIGNED.format("Fee", "1,055.00"), False, id="fees that add to a balance"),
        pytest.param(UNSIGNED.format("Refund", "1,055.00"), True, id="refunds that add to a balance"),
        pytest.param("rent 100.00\ntea 50.00\nDiscount 10.00\nTotal 140.00", True, id="a discount"),
        pytest.param("rent 100.00\ntea 50.00\nDiscount 10.00\nTotal 160.00", False, id="a discount that adds"),
        pytest.param("rent - 100.00\ntea - 10.00\nTotal 110.00", True, id="dashes between words and amounts"),
        pytest.param("Miete 12 450,00\nTee 10,00\nTotal 12 460,00", True, id="blanks between thousands"),
    ],
)
def test_the_most_usual_reading_is_known(text, is_usual):
    found = read_statement(text)
    assert (adds_up(found), found.is_usual) == (True, is_usual)


def test_a_wrong_total_is_shown_beside_the_right_one():
    (total,) = read_statement(BANK.format("100.30", "")).totals
    assert total == Total(Decimal("100.30"), Decimal("100.10"), is_balance=True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a 1.00\nb 2.00", id="no total"),
        pytest.param("a 1.00\nTotal 1.00", id="one entry"),
        pytest.param("a 1.00\nb 2.00\nSubtotal 3.00\nVAT 0.60\nTotal 3.60", id="entries between two totals"),
        pytest.param("nothing to read", id="no amounts"),
        pytest.param("rent EUR 1.00\ntea USD 2.00\nTotal EUR 3.00", id="two currencies"),
        pytest.param("rent 1.00 9.00\ntea 2.00 7.00\nTotal 3.00", id="a column of balances"),
        pytest.param("rent 1.00\ntea 2.00\nTotal 3.00 3.00", id="two totals in a line"),
        pytest.param("List\nrent 1.00\nsoap 12\ntea 2.00\nTotal 15.00", id="a number that may be an amount"),
        pytest.param("rent Dr 9.00\nsale Cr 2.00\nTotal 11.00", id="a total of both sides"),
        pytest.param(SIDES.format("4,300.00 Cr"), id="a balance that fits neither side"),
    ],
)
def test_what_cannot_be_read_with_certainty_is_not_judged(text):
    assert read_statement(text) is None


def test_only_the_same_words_and_the_same_amount_are_a_repeated_entry():
    lines = ["05 Mar inv 7 90.00", "05 Mar inv 7 90.00", "05 Mar inv 8 90.00", "05 Mar inv 9 1.00", "06 Mar inv 9 1.00"]
    (entry,) = repeated(read_statement("\n".join([*lines, "Total 272.00"])))
    assert (entry.words, entry.amount) == ("05 mar inv 7", Decimal("90.00"))


def test_blanks_between_thousands_leave_the_first_digits_as_they_are():
    statement = read_statement("Miete 1 250,00\nTee 10,00\nTotal 1 260,00")
    assert [entry.amount for entry in statement.entries] == [Decimal("1250.00"), Decimal("10.00")]


def powers(count: int) -> list[Decimal]:
    """Powers of 1.01: their first digits follow the law."""
    return [Decimal(str(1.01**step)).quantize(Decimal("0.000001")) for step in range(count)]


def test_powers_conform_to_the_law():
    test = benford.first_digits(powers(1389))  # six decades, all but a step
    assert test.conformity == "close"
    assert test.deviation < 0.002
    assert test.p > 0.99
    assert sum(test.shares) == pytest.approx(1)


def test_amounts_that_somebody_made_up_do_not_conform():
    test = benford.first_digits(Decimal(500 + number % 400) for number in range(1200))
    assert test.conformity == "no"
    assert test.p < 1e-100


def test_too_few_amounts_are_not_judged_and_nothing_is_no_amount():
    assert benford.first_digits(powers(benford.ENOUGH - 1)) is None
    assert benford.first_digits([*powers(benford.ENOUGH - 1), Decimal(0)]) is None
    assert benford.first_digits(powers(benford.ENOUGH)).count == benford.ENOUGH


@pytest.mark.parametrize(("amount", "digit"), [("0.07", 7), ("-412.00", 4), ("1000.00", 1), ("95", 9)])
def test_the_first_digit_is_the_first_that_is_not_0(amount, digit):
    assert benford.first_digit(Decimal(amount)) == digit


@pytest.mark.parametrize(
    ("value", "p"),
    [pytest.param(0, 1, id="0"), pytest.param(15.507, 0.05, id="5 %"), pytest.param(20.090, 0.01, id="1 %")],
)
def test_the_tail_of_chi_square_is_that_of_the_tables(value, p):
    assert benford.tail_of_chi_square(value) == pytest.approx(p, abs=2e-5)


def test_the_expected_shares_are_benfords():
    assert math.fsum(benford.EXPECTED) == pytest.approx(1)
    assert benford.EXPECTED[0] == pytest.approx(0.30103, abs=1e-5)
