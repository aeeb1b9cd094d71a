"""When a deposit finds its invoices by itself, and when it must wait for a person."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tokui.customers.names import name_key
from tokui.payments.matching import (
    Code,
    Grade,
    LearnedName,
    PayerFacts,
    PayerName,
    Policy,
    candidate_keys,
    match,
    reference_keys,
)
from tokui.payments.tests.matching_facts import DAY, YAMADA, best, deposit, invoice, payer

# ---- who and how much


def test_name_and_exact_amount_together_are_certain() -> None:
    answer = best(deposit(11_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ(ｶ"), [YAMADA], [invoice(1, 11_000), invoice(2, 9_000)])
    assert (answer.grade, answer.allocations, answer.customer_id) == (Grade.CERTAIN, ((1, 11_000),), 1)
    assert answer.codes == {Code.NAME_EQUAL, Code.AMOUNT_EXACT}


def test_a_name_alone_is_never_certain() -> None:
    answer = best(deposit(10_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA], [invoice(1, 11_000)])
    assert answer.grade is Grade.LIKELY
    assert (answer.allocations, answer.short_minor) == (((1, 10_000),), 1_000)


def test_an_amount_alone_is_never_even_likely() -> None:
    answer = best(deposit(11_000, "ﾀﾅｶ ﾊﾅｺ"), [YAMADA], [invoice(1, 11_000)])
    assert (answer.grade, answer.codes) == (Grade.UNKNOWN, {Code.SAME_AMOUNT_ONLY})


@pytest.mark.parametrize("name", ["", "カ)", "アイ", "フリコミ"])
def test_a_key_of_two_letters_or_none_finds_nobody(name: str) -> None:
    same = payer(1, name, "イウ")
    assert best(deposit(11_000, name), [same], [invoice(1, 11_000)]).grade is Grade.UNKNOWN


def test_a_transfer_short_by_a_known_fee_settles_the_invoice() -> None:
    answer = best(deposit(10_560, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA], [invoice(1, 11_000)])
    assert (answer.grade, answer.fee_minor, answer.short_minor) == (Grade.CERTAIN, 440, 0)
    assert answer.allocations == ((1, 11_000),)


def test_a_shortage_that_is_no_known_fee_is_left_to_a_person() -> None:
    answer = best(deposit(10_561, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA], [invoice(1, 11_000)])
    assert (answer.grade, answer.fee_minor, answer.short_minor) == (Grade.LIKELY, 0, 439)


def test_a_fee_is_never_most_of_the_money() -> None:
    answer = best(deposit(110, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA], [invoice(1, 990)])
    assert (answer.grade, answer.fee_minor) == (Grade.LIKELY, 0)


def test_a_deposit_of_which_nothing_is_left_proposes_nothing() -> None:
    answer = best(deposit(0, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA], [invoice(1, 990)])
    assert (answer.grade, answer.allocations) == (Grade.UNKNOWN, ())


def test_a_sum_of_several_invoices_is_certain_when_no_other_set_fits() -> None:
    opened = [invoice(1, 10_000), invoice(2, 7_000), invoice(3, 5_500)]
    answer = best(deposit(15_500, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA], opened)
    assert (answer.grade, answer.allocations) == (Grade.CERTAIN, ((1, 10_000), (3, 5_500)))


def test_two_sets_that_fit_are_never_certain() -> None:
    opened = [invoice(1, 10_000), invoice(2, 20_000), invoice(3, 30_000)]
    answer = best(deposit(30_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA], opened)
    assert (answer.grade, answer.rivals) == (Grade.LIKELY, 1)
    assert Code.OTHER_SET_FITS in answer.codes


def test_of_equal_invoices_the_oldest_is_proposed_and_posted_only_by_policy() -> None:
    opened = [invoice(2, 11_000), invoice(1, 11_000)]
    asked = best(deposit(11_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA], opened)
    told = best(deposit(11_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA], opened, policy=Policy(oldest_first_settles_ties=True))
    assert (asked.grade, told.grade) == (Grade.LIKELY, Grade.CERTAIN)
    assert asked.allocations == told.allocations == ((1, 11_000),)


def test_more_than_is_open_pays_everything_and_keeps_the_rest() -> None:
    answer = best(deposit(20_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA], [invoice(1, 11_000)])
    assert (answer.grade, answer.allocations, answer.over_minor) == (Grade.LIKELY, ((1, 11_000),), 9_000)


def test_above_the_search_limit_sums_are_only_suggested() -> None:
    opened = [invoice(place, 1_000 + 7 * place**2) for place in range(1, 15)]
    answer = best(deposit(opened[0].open_minor, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA], opened)
    assert (answer.grade, answer.allocations[0][0]) == (Grade.LIKELY, 1)
    assert Code.SEARCH_LIMITED in answer.codes


def test_another_currency_is_another_debt() -> None:
    assert best(deposit(11_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA], [invoice(1, 11_000, currency="USD")]).allocations == ()


# ---- signs of the payer


@pytest.mark.parametrize(
    "signs",
    [
        {"edi": "INV0000001"},
        {"text": "セイキユウ ＩＮＶ－０００００１"},
        {"text": "NO.0000001 10ガツブン"},
        {"payer_raw": "0000001 ﾀﾅｶ"},
    ],
)
def test_an_invoice_number_anywhere_in_the_text_finds_the_invoice(signs: dict[str, str]) -> None:
    one = invoice(1, 11_000, number="INV-000001" if "０００００１" in signs.get("text", "") else "INV-0000001")
    answer = best(deposit(11_000, **signs), [], [one, invoice(2, 11_000, 2)])
    assert (answer.grade, answer.allocations) == (Grade.CERTAIN, ((1, 11_000),))
    assert Code.REFERENCE in answer.codes


def test_numbers_named_in_the_text_choose_between_sums_that_fit_equally() -> None:
    opened = [invoice(1, 10_000), invoice(2, 20_000), invoice(3, 30_000)]
    answer = best(deposit(30_000, text="INV-0000001 INV-0000002"), [YAMADA], opened)
    assert (answer.grade, answer.allocations) == (Grade.CERTAIN, ((1, 10_000), (2, 20_000)))


def test_somebody_elses_number_and_ones_own_name_are_left_to_a_person() -> None:
    answer = best(
        deposit(11_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ", text="INV-0000009"), [YAMADA], [invoice(1, 11_000), invoice(9, 5_000, customer=2)]
    )
    assert answer.grade is not Grade.CERTAIN
    assert Code.OTHER_PAYER_FITS in answer.codes


def test_the_number_of_an_invoice_with_the_amount_of_another_is_left_to_a_person() -> None:
    answer = best(deposit(11_000, text="INV-0000002"), [YAMADA], [invoice(1, 11_000), invoice(2, 5_000)])
    assert answer.grade is Grade.LIKELY
    assert Code.REFERENCE_DISAGREES in answer.codes


@pytest.mark.parametrize(
    ("known", "sign", "code"),
    [
        ({"virtual_accounts": ("101-5000001",)}, {"virtual_account": "101-5000001"}, Code.VIRTUAL_ACCOUNT),
        ({"remitter_codes": ("7000000001",)}, {"remitter_code": "7000000001"}, Code.REMITTER_CODE),
    ],
)
def test_a_number_given_to_one_customer_tells_the_payer(known: Any, sign: Any, code: Code) -> None:
    answer = best(deposit(11_000, "ﾀﾅｶ ﾊﾅｺ", **sign), [payer(1, **known)], [invoice(1, 11_000)])
    assert answer.grade is Grade.CERTAIN
    assert code in answer.codes


def test_a_learned_name_counts_on_its_bank_account_only() -> None:
    known = payer(1, "ヤマダタロウ", learned=(LearnedName(name_key("ｽｽﾞｷ ｲﾁﾛｳ").strict, "main"),))
    here, there = deposit(11_000, "ｽｽﾞｷ ｲﾁﾛｳ"), deposit(11_000, "ｽｽﾞｷ ｲﾁﾛｳ", bank_account_id="other")
    assert best(here, [known], [invoice(1, 11_000)]).grade is Grade.CERTAIN
    assert best(there, [known], [invoice(1, 11_000)]).grade is Grade.UNKNOWN


def test_a_guardian_known_as_payer_pays_for_the_pupil() -> None:
    pupil = PayerFacts(1, (PayerName(name_key("ヤマダ ハナ")), PayerName(name_key("スズキ イチロウ"), "guardian", 90)))
    answer = best(deposit(11_000, "ｽｽﾞｷ ｲﾁﾛｳ"), [pupil], [invoice(1, 11_000)])
    assert answer.grade is Grade.CERTAIN
    assert dict(answer.reasons[0].fields)["whose"] == "guardian"


def test_a_guardian_with_a_record_of_their_own_is_a_rival_only_while_owing() -> None:
    guardian = payer(2, "スズキ イチロウ")
    theirs = PayerName(name_key("スズキ イチロウ"), "guardian", 90, bearer_id=2)
    pupil = PayerFacts(1, (PayerName(name_key("ヤマダ ハナ")), theirs))
    row = deposit(11_000, "ｽｽﾞｷ ｲﾁﾛｳ")
    assert best(row, [pupil, guardian], [invoice(1, 11_000)]).grade is Grade.CERTAIN
    assert best(row, [pupil, guardian], [invoice(1, 11_000), invoice(2, 8_000, 2)]).grade is Grade.LIKELY


def test_the_bill_to_pays_the_customers_invoice() -> None:
    head_office = payer(2, "ユ)キタノホンシャ")
    answer = best(deposit(11_000, "ｷﾀﾉﾎﾝｼﾔ"), [payer(1, "キタノシテン"), head_office], [invoice(1, 11_000, bill_to=2)])
    assert (answer.grade, answer.customer_id) == (Grade.CERTAIN, 2)


def test_two_customers_of_one_name_are_never_told_apart_by_the_name() -> None:
    twin = payer(2, "カ)ヤマダショウジ")
    both = best(deposit(11_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA, twin], [invoice(1, 11_000), invoice(2, 11_000, 2)])
    one = best(deposit(11_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA, twin], [invoice(1, 11_000), invoice(2, 9_000, 2)])
    assert both.grade is one.grade is Grade.LIKELY
    assert (one.customer_id, one.rivals) == (1, 1)


def test_a_sign_of_more_weight_settles_which_namesake_it_is() -> None:
    known = replace(YAMADA, remitter_codes=("7000000001",))
    answer = best(
        deposit(11_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ", remitter_code="7000000001"),
        [known, payer(2, "カ)ヤマダショウジ")],
        [invoice(1, 11_000), invoice(2, 11_000, 2)],
    )
    assert (answer.grade, answer.customer_id) == (Grade.CERTAIN, 1)


def test_another_legal_form_is_another_company() -> None:
    answer = best(deposit(11_000, "ﾕ)ﾔﾏﾀﾞｼﾖｳｼﾞ"), [YAMADA], [invoice(1, 11_000)])
    assert answer.grade is Grade.LIKELY
    assert Code.LEGAL_FORM_DIFFERS in answer.codes


LONG = "ヤマダショウジコンサルティングパートナーズ"


def test_a_name_cut_where_banks_cut_is_recognised() -> None:
    cut = "ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞｺﾝｻﾙﾃｲ"[:15]
    answer = best(deposit(11_000, cut), [payer(1, LONG)], [invoice(1, 11_000)])
    assert (answer.grade, Code.NAME_CUT in answer.codes) == (Grade.CERTAIN, True)


def test_a_beginning_of_another_length_is_not_a_cut_name() -> None:
    answer = best(deposit(11_000, "ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞｺﾝｻ"), [payer(1, LONG)], [invoice(1, 11_000)])
    assert answer.grade is not Grade.CERTAIN


def test_a_cut_name_that_two_customers_begin_with_is_left_to_a_person() -> None:
    cut = "ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞｺﾝｻﾙﾃｲ"[:15]
    other = payer(2, "ヤマダショウジコンサルティングジャパン")
    assert best(deposit(11_000, cut), [payer(1, LONG), other], [invoice(1, 11_000)]).grade is Grade.LIKELY


def test_a_misspelt_name_is_suggested_and_never_posted() -> None:
    answer = best(deposit(11_000, "ﾔﾏﾀﾞｼﾖｳﾃﾝ ﾎﾝﾃﾝ"), [payer(1, "ヤマダショウテン ホンデン")], [invoice(1, 11_000)])
    assert (answer.grade, Code.NAME_SIMILAR in answer.codes) == (Grade.LIKELY, True)


# ---- several deposits


def test_two_deposits_that_together_make_one_invoice_share_it() -> None:
    parts = [deposit(4_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ", id=1), deposit(7_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ", id=2)]
    answers = [answer for answer in match(parts, [YAMADA], [invoice(1, 11_000)]) if answer.grade is Grade.CERTAIN]
    assert [answer.allocations for answer in answers] == [((1, 4_000),), ((1, 7_000),)]
    assert all(Code.AMOUNT_TOGETHER in answer.codes for answer in answers)


def test_two_deposits_share_two_invoices_when_nothing_else_adds_up() -> None:
    parts = [deposit(4_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ", id=1), deposit(12_500, "ﾔﾏﾀﾞｼﾖｳｼﾞ", id=2)]
    answers = match(parts, [YAMADA], [invoice(1, 11_000), invoice(2, 5_500), invoice(3, 90_000)])
    certain = {answer.deposit_id: answer.allocations for answer in answers if answer.grade is Grade.CERTAIN}
    assert certain == {1: ((1, 4_000),), 2: ((1, 7_000), (2, 5_500))}


def test_many_invoices_are_not_searched_for_what_deposits_make_together() -> None:
    opened = [invoice(place, 100_000 + 1_001 * place**2) for place in range(1, 14)]
    parts = [deposit(60_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ", id=1), deposit(41_001, "ﾔﾏﾀﾞｼﾖｳｼﾞ", id=2)]
    few = [answer for answer in match(parts, [YAMADA], opened[:12]) if answer.grade is Grade.CERTAIN]
    many = [answer for answer in match(parts, [YAMADA], opened) if answer.grade is Grade.CERTAIN]
    assert (len(few), many) == (2, [])


def test_a_name_that_hundreds_bear_is_answered_quickly_and_never_certain() -> None:
    crowd = [payer(number, "サトウ ハナコ") for number in range(1, 501)]
    opened = [invoice(number, 11_000, number) for number in range(1, 501)]
    answers = match([deposit(11_000, "ｻﾄｳ ﾊﾅｺ")], crowd, opened)
    assert (len(answers), answers[0].grade) == (Policy().max_proposals, Grade.LIKELY)


def test_deposits_that_do_not_add_up_stay_apart() -> None:
    parts = [deposit(4_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ", id=1), deposit(7_001, "ﾔﾏﾀﾞｼﾖｳｼﾞ", id=2)]
    assert all(answer.grade is not Grade.CERTAIN for answer in match(parts, [YAMADA], [invoice(1, 11_000)]))


def test_the_second_transfer_for_one_invoice_is_held_as_paid_twice() -> None:
    first = deposit(11_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ", id=2)
    again = deposit(11_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ", id=1, booked_on=DAY + timedelta(days=1))
    answers = match([again, first], [YAMADA], [invoice(1, 11_000)])
    assert [(answer.deposit_id, answer.grade) for answer in answers] == [(2, Grade.CERTAIN), (1, Grade.LIKELY)]
    assert (answers[1].allocations, answers[1].over_minor) == ((), 11_000)
    assert Code.PAID_TWICE in answers[1].codes


def test_two_payers_for_one_invoice_are_both_left_to_a_person() -> None:
    rows = [deposit(11_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ", id=1), deposit(10_560, "ﾀﾅｶ ﾊﾅｺ", id=2, text="INV-0000001")]
    firsts = {answer.deposit_id: answer for answer in reversed(match(rows, [YAMADA], [invoice(1, 11_000)]))}
    assert {answer.grade for answer in firsts.values()} == {Grade.LIKELY}
    assert all(Code.INVOICE_CONTESTED in answer.codes for answer in firsts.values())


# ---- people decide


def test_a_refused_pair_is_never_proposed_again_nor_is_the_deposit_posted() -> None:
    opened = [invoice(1, 11_000), invoice(2, 11_000)]
    answers = match([deposit(11_000, "ﾔﾏﾀﾞｼﾖｳｼﾞ")], [YAMADA], opened, declined={(1, 1)})
    assert all((1, 11_000) not in answer.allocations for answer in answers)
    assert answers[0].allocations == ((2, 11_000),)
    assert (answers[0].grade, Code.DECLINED_BEFORE in answers[0].codes) == (Grade.LIKELY, True)


# ---- keys


def test_keys_name_everything_that_a_database_has_to_look_up() -> None:
    keys = candidate_keys(deposit(11_000, "0000123456 ﾔﾏﾀﾞ ﾊﾅｺ", edi="INV-0000007", remitter_code="7000000001 "))
    assert {"INV0000007", "0000007", "0000123456"} <= set(keys.references)
    assert (keys.strict, keys.remitter_code, keys.amount_minor) == ("ヤマダハナコ", "7000000001", 11_000)
    assert keys.learned == ("main", "ヤマダハナコ")


def test_an_invoice_number_may_be_quoted_without_its_letters_unless_too_short() -> None:
    assert reference_keys("INV-2026-0001") == ("INV20260001", "20260001")
    assert reference_keys("A-12") == ("A12",)
