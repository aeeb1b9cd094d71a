from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.core.days import (
    ClosingRule,
    DueAfter,
    DueRule,
    PaymentTerm,
    Period,
    Shift,
    add_business_days,
    add_months,
    anchored_period,
    bank_holidays,
    business_days_between,
    fiscal_month,
    fiscal_year,
    format_term,
    format_wareki,
    from_wareki,
    is_business_day,
    month_end,
    month_of,
    nearest_month_day,
    next_business_day,
    parse_era_year,
    parse_term,
    parse_wareki,
    parse_wareki_digits,
    previous_business_day,
    resolve_wareki_year,
    to_wareki,
)
from tokui.core.refused import Code, ValueRefused

fewer = settings(max_examples=150, deadline=None)
days = st.dates(date(1950, 1, 1), date(2090, 12, 31))
era_days = st.dates(date(1873, 1, 1), date(2117, 12, 31))
closings = st.builds(ClosingRule, st.integers(1, 31))
shifts = st.sampled_from(Shift)
due_rules = st.builds(DueRule, st.integers(0, 12), st.integers(1, 31), shifts)


def refusal(code: Code, call: object, *given_: object) -> ValueRefused:
    with pytest.raises(ValueRefused) as refused:
        call(*given_)  # type: ignore[operator]
    assert refused.value.code is code
    return refused.value


# Eras


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和8年11月2日", date(2026, 11, 2)),
        ("令和８年１１月２日", date(2026, 11, 2)),
        ("R8.1.2", date(2026, 1, 2)),
        ("r8-1-2", date(2026, 1, 2)),
        ("H31/4/30", date(2019, 4, 30)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("令元.5.1", date(2019, 5, 1)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("㍻31年4月30日", date(2019, 4, 30)),
        ("大正15年12月25日", date(1926, 12, 25)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("明治45年7月30日", date(1912, 7, 30)),
        ("M6.1.1", date(1873, 1, 1)),
    ],
)
def test_era_days_are_read_as_people_write_them(text: str, day: date) -> None:
    assert parse_wareki(text) == day


def test_a_day_outside_its_era_is_refused_with_the_right_writing() -> None:
    assert refusal(Code.NO_SUCH_ERA, parse_wareki, "平成31年5月1日").expected == "R1.5.1"
    assert refusal(Code.NO_SUCH_ERA, parse_wareki, "平成40年12月31日").expected == "R10.12.31"
    refusal(Code.NO_SUCH_ERA, parse_wareki, "昭和64年1月8日")
    refusal(Code.NO_SUCH_ERA, parse_wareki, "明治5年12月2日")
    refusal(Code.NO_SUCH_ERA, parse_wareki, "令和0年1月1日")
    refusal(Code.NO_SUCH_DAY, parse_wareki, "令和9年2月30日")
    refusal(Code.NOT_A_DATE, parse_wareki, "令和八年十一月二日")
    refusal(Code.NO_SUCH_ERA, from_wareki, "Q", 1, 1, 1)
    refusal(Code.NO_SUCH_ERA, to_wareki, date(1872, 12, 31))


@fewer
@given(era_days, st.booleans())
def test_a_day_survives_the_way_through_its_era(day: date, short: bool) -> None:
    assert parse_wareki(format_wareki(day, short=short)) == day


def test_the_first_year_of_an_era_is_gannen() -> None:
    assert format_wareki(date(2019, 5, 1)) == "令和元年5月1日"
    assert format_wareki(date(2019, 4, 30)) == "平成31年4月30日"
    assert format_wareki(date(2019, 5, 1), short=True) == "R1.5.1"


def test_an_era_year_alone_is_a_year() -> None:
    assert parse_era_year("令和8年") == parse_era_year("R8") == 2026
    assert parse_era_year("平成元年度") == 1989
    refusal(Code.NO_SUCH_ERA, parse_era_year, "平成32年")
    refusal(Code.NOT_A_DATE, parse_era_year, "2026年")


def test_a_two_digit_era_year_is_the_one_nearest_to_the_given_day() -> None:
    assert resolve_wareki_year(8, date(2026, 11, 22)) == 2026
    assert resolve_wareki_year(31, date(2026, 11, 22)) == 2019
    assert resolve_wareki_year(8, date(1997, 1, 5)) == 1996
    assert resolve_wareki_year(64, date(1990, 1, 1)) == 1989
    refusal(Code.NO_SUCH_ERA, resolve_wareki_year, 0, date(2026, 1, 1))
    refusal(Code.NO_SUCH_ERA, resolve_wareki_year, 60, date(2026, 1, 1))


@fewer
@given(st.dates(date(1990, 1, 1), date(2080, 1, 1)), st.integers(-365, 365))
def test_six_era_digits_near_today_come_back_as_their_day(day: date, away: int) -> None:
    wareki = to_wareki(day)
    text = f"{wareki.year:02d}{wareki.month:02d}{wareki.day:02d}"
    assert parse_wareki_digits(text, day + timedelta(days=away)) == day


def test_six_era_digits_that_are_no_day_are_refused() -> None:
    refusal(Code.NO_SUCH_DAY, parse_wareki_digits, "080230", date(2026, 1, 1))
    refusal(Code.NOT_A_DATE, parse_wareki_digits, "8-1-31", date(2026, 1, 1))
    refusal(Code.NO_SUCH_ERA, parse_wareki_digits, "310501", date(2019, 5, 10))


def test_a_month_and_day_without_a_year_is_the_nearest_one() -> None:
    assert nearest_month_day(12, 31, date(2026, 1, 5)) == date(2025, 12, 31)
    assert nearest_month_day(1, 4, date(2026, 12, 28)) == date(2027, 1, 4)
    assert nearest_month_day(2, 29, date(2027, 12, 1)) == date(2028, 2, 29)
    refusal(Code.NO_SUCH_DAY, nearest_month_day, 2, 29, date(2026, 6, 1))
    refusal(Code.NO_SUCH_DAY, nearest_month_day, 13, 1, date(2026, 6, 1))


# Business days


@pytest.mark.parametrize(
    "closed",
    [
        date(2026, 1, 1),
        date(2026, 1, 2),
        date(2025, 12, 31),
        date(2026, 5, 6),  # substitute holiday
        date(2026, 9, 22),  # a day between two holidays
        date(2026, 11, 21),
        date(2026, 11, 23),
    ],
)
def test_banks_are_closed_on_holidays_and_over_new_year(closed: date) -> None:
    assert not is_business_day(closed)
    assert is_business_day(next_business_day(closed))


def test_banks_work_on_the_days_between() -> None:
    assert is_business_day(date(2026, 12, 30))
    assert next_business_day(date(2026, 12, 30)) == date(2027, 1, 4)
    assert previous_business_day(date(2027, 1, 4)) == date(2026, 12, 30)


def test_years_without_known_holidays_are_refused() -> None:
    refusal(Code.OUT_OF_RANGE, bank_holidays, 2100)
    refusal(Code.OUT_OF_RANGE, is_business_day, date(1948, 1, 5))


@fewer
@given(days, st.integers(0, 40))
def test_adding_and_counting_business_days_agree(day: date, count: int) -> None:
    start = add_business_days(day, 0)
    later = add_business_days(day, count)
    assert is_business_day(later)
    assert business_days_between(start, later) == count == -business_days_between(later, start)
    assert add_business_days(later, -count) == start


@fewer
@given(days)
def test_no_business_day_lies_between_a_day_and_its_neighbours(day: date) -> None:
    assert not any(is_business_day(d) for d in Period(day, next_business_day(day)) if d != day)
    assert previous_business_day(next_business_day(day)) <= day < next_business_day(day)


# Closing and due


@fewer
@given(closings, days)
def test_a_sale_is_closed_on_its_day_or_within_a_month(rule: ClosingRule, sale_on: date) -> None:
    closing = rule.closing_on(sale_on)
    assert sale_on <= closing <= sale_on + timedelta(days=31)
    assert closing.day == min(rule.day, month_end(closing).day)
    assert rule.closing_on(closing) == closing
    assert rule.previous_closing(sale_on) < sale_on
    assert rule.next_closing(rule.previous_closing(sale_on)) == closing
    assert rule.next_closing(closing) > closing


@fewer
@given(closings, days, st.integers(2, 30))
def test_closing_periods_cover_every_day_once(rule: ClosingRule, start: date, count: int) -> None:
    period = rule.period_of(start)
    assert start in period
    for _ in range(count):
        following = rule.period_of(period.ends_before)
        assert following.starts_on == period.ends_before
        period = following


def test_month_ends_are_restored_after_february() -> None:
    month_end_rule = ClosingRule(31)
    assert month_end_rule.closing_on(date(2027, 2, 1)) == date(2027, 2, 28)
    assert month_end_rule.closing_on(date(2028, 2, 1)) == date(2028, 2, 29)
    assert month_end_rule.next_closing(date(2027, 2, 28)) == date(2027, 3, 31)
    assert ClosingRule(30).next_closing(date(2027, 2, 28)) == date(2027, 3, 30)
    assert ClosingRule(20).closing_on(date(2026, 11, 20)) == date(2026, 11, 20)
    assert ClosingRule(20).closing_on(date(2026, 12, 21)) == date(2027, 1, 20)


@fewer
@given(due_rules, days)
def test_a_due_day_lands_where_its_shift_says(rule: DueRule, closing_on: date) -> None:
    plain = DueRule(rule.months_ahead, rule.day).due_on(closing_on)
    due = rule.due_on(closing_on)
    assert plain.day == min(rule.day, month_end(plain).day)
    assert (plain.year - closing_on.year) * 12 + plain.month - closing_on.month == rule.months_ahead
    if rule.shift is Shift.NONE:
        assert due == plain
        return
    assert is_business_day(due)
    assert due <= plain if rule.shift is Shift.BEFORE else due >= plain
    between = Period(min(due, plain), max(due, plain) + timedelta(days=1))
    assert [d for d in between if is_business_day(d)] == [due]


def test_due_days_move_before_or_after_a_bank_holiday() -> None:
    closing = date(2026, 9, 30)
    assert DueRule(1, 31).due_on(closing) == date(2026, 10, 31)  # a Saturday
    assert DueRule(1, 31, Shift.BEFORE).due_on(closing) == date(2026, 10, 30)
    assert DueRule(1, 31, Shift.AFTER).due_on(closing) == date(2026, 11, 2)
    assert DueRule(2, 31, Shift.AFTER).due_on(date(2026, 10, 31)) == date(2027, 1, 4)
    assert DueAfter(30).due_on(date(2027, 1, 31)) == date(2027, 3, 2)
    assert DueAfter(0, Shift.AFTER).due_on(date(2026, 11, 21)) == date(2026, 11, 24)


def test_a_sale_knows_its_invoice_and_due_day_by_the_term() -> None:
    term = parse_term("20日締め翌月10日払い")
    assert term.closing_on(date(2026, 11, 21)) == date(2026, 12, 20)
    assert term.due_on(date(2026, 11, 21)) == date(2027, 1, 10)
    assert parse_term("即日").due_on(date(2026, 11, 21)) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("月末締め翌月末払い", PaymentTerm(DueRule(1, 31), ClosingRule(31))),
        ("末日締め 翌月末日払い", PaymentTerm(DueRule(1, 31), ClosingRule(31))),
        ("20日締め翌月10日払い", PaymentTerm(DueRule(1, 10), ClosingRule(20))),
        ("２０日〆翌月１０日払", PaymentTerm(DueRule(1, 10), ClosingRule(20))),
        ("15日締め・翌々月5日払い", PaymentTerm(DueRule(2, 5), ClosingRule(15))),
        ("25日締め当月末払い", PaymentTerm(DueRule(0, 31), ClosingRule(25))),
        ("月末締め3ヶ月後末日払い", PaymentTerm(DueRule(3, 31), ClosingRule(31))),
        ("月末締め翌月末払い（銀行休業日は前営業日）", PaymentTerm(DueRule(1, 31, Shift.BEFORE), ClosingRule(31))),
        ("月末締め翌月末払い、土日祝の場合は翌営業日", PaymentTerm(DueRule(1, 31, Shift.AFTER), ClosingRule(31))),
        ("即日", PaymentTerm(DueAfter(0))),
        ("請求日から30日", PaymentTerm(DueAfter(30))),
        ("請求日から３０日以内", PaymentTerm(DueAfter(30))),
        ("月末締め請求日から30日", PaymentTerm(DueAfter(30), ClosingRule(31))),
        ("都度請求翌月末払い", PaymentTerm(DueRule(1, 31))),
        ("Net 30", PaymentTerm(DueAfter(30))),
        ("Due on receipt", PaymentTerm(DueAfter(0))),
    ],
)
def test_terms_are_known_by_their_usual_names(text: str, term: PaymentTerm) -> None:
    assert parse_term(text) == term


@pytest.mark.parametrize(
    "text", ["", "月末", "32日締め翌月末払い", "0日締め翌月末払い", "20日締め当月10日払い", "いつか", "Net 999"]
)
def test_terms_that_name_no_day_are_refused(text: str) -> None:
    refusal(Code.NOT_A_PAYMENT_TERM, parse_term, text)


@fewer
@given(st.one_of(due_rules, st.builds(DueAfter, st.integers(0, 400), shifts)), st.none() | closings)
def test_every_term_reads_back_from_its_name(due: DueRule | DueAfter, closing: ClosingRule | None) -> None:
    try:
        term = PaymentTerm(due, closing)
    except ValueRefused as refused:
        assert isinstance(due, DueRule)
        assert due.months_ahead == 0
        assert refused.code is Code.NOT_A_PAYMENT_TERM
        return
    assert parse_term(format_term(term)) == term


@fewer
@given(st.text(alphabet="月末締め翌当々日払い〆都度請求からネ即前営業0129 　()（）、", max_size=25))
def test_any_text_is_a_term_or_refused(text: str) -> None:
    try:
        assert isinstance(parse_term(text), PaymentTerm)
    except ValueRefused as refused:
        assert refused.code is Code.NOT_A_PAYMENT_TERM


@pytest.mark.parametrize("day", [0, 32, -1])
def test_a_closing_day_is_a_day_of_the_month(day: int) -> None:
    refusal(Code.OUT_OF_RANGE, ClosingRule, day)


# Periods


@fewer
@given(days, st.integers(0, 60), st.integers(1, 12))
def test_billing_periods_join_without_gap_and_keep_their_anchor_day(anchor: date, number: int, months: int) -> None:
    period = anchored_period(anchor, number, months=months)
    assert period.ends_before == anchored_period(anchor, number + 1, months=months).starts_on
    assert period.starts_on.day == min(anchor.day, month_end(period.starts_on).day)


def test_months_added_from_the_anchor_restore_the_month_end() -> None:
    anchor = date(2027, 1, 31)
    assert [add_months(anchor, n) for n in (1, 2, 13, -1)] == [
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2028, 2, 29),
        date(2026, 12, 31),
    ]


@fewer
@given(days, days, days, days)
def test_two_periods_overlap_exactly_when_a_day_is_in_both(a: date, b: date, c: date, d: date) -> None:
    one = Period(min(a, b), max(a, b) + timedelta(days=1))
    other = Period(min(c, d), max(c, d) + timedelta(days=1))
    shared = one.intersection(other)
    assert one.overlaps(other) is other.overlaps(one) is (shared is not None)
    if shared:
        assert shared.starts_on in one
        assert shared.ends_on in other
        assert shared == Period(max(one.starts_on, other.starts_on), min(one.ends_before, other.ends_before))


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(ValueError, match="hold a day"):
        Period(date(2026, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("day", "start"), [(date(2026, 3, 31), 2025), (date(2026, 4, 1), 2026), (date(2026, 12, 31), 2026)]
)
def test_the_fiscal_year_begins_in_april(day: date, start: int) -> None:
    assert fiscal_year(day) == Period(date(start, 4, 1), date(start + 1, 4, 1))
    assert fiscal_year(day, first_month=1) == Period(date(2026, 1, 1), date(2027, 1, 1))


def test_the_books_month_ends_on_its_closing_day() -> None:
    assert (
        fiscal_month(date(2026, 11, 2)) == month_of(date(2026, 11, 30)) == Period(date(2026, 11, 1), date(2026, 12, 1))
    )
    assert fiscal_month(date(2026, 11, 21), closing_day=20) == Period(date(2026, 11, 21), date(2026, 12, 21))
    assert len(month_of(date(2028, 2, 3))) == 29
