"""Pages of payments."""

from __future__ import annotations

from django.urls import path

from tokui.payments.views import advances, giving_up, ledgers, recognition, returns, scoring, standing, workbench

app_name = "payments"
urlpatterns = [
    path("reconciliation", workbench.page, name="reconciliation"),
    path("reconciliation/score", scoring.page, name="score"),
    path("reconciliation/match", workbench.match_again, name="match"),
    path("reconciliation/confirm-certain", workbench.confirm_all_certain, name="confirm_certain"),
    path("reconciliation/decisions/<uuid:decision>/release", workbench.undo, name="release"),
    path("reconciliation/<str:deposit>", workbench.page, name="deposit"),
    path("reconciliation/<str:deposit>/allocation", workbench.confirm, name="confirm"),
    path("reconciliation/<str:deposit>/split", workbench.split, name="split"),
    path("reconciliation/<str:deposit>/search", workbench.search, name="search"),
    path("reconciliation/<str:deposit>/advance", workbench.advance, name="advance"),
    path("reconciliation/<str:deposit>/decline", workbench.decline_best, name="decline"),
    path("reconciliation/<str:deposit>/declines/undoing", workbench.take_back_declines, name="undecline"),
    path(
        "reconciliation/<str:deposit>/declines/<uuid:decision>/undoing",
        workbench.take_back_declines,
        name="undecline_one",
    ),
    path("reconciliation/<str:deposit>/return", workbench.give_back, name="return"),
    path("standing", standing.page, name="standing"),
    path("receivables/aged", standing.aged, name="aged"),
    path("receivables/expected", standing.expected, name="expected"),
    path("receivables/expected/<str:day>", standing.expected_day, name="expected_day"),
    path("statements/<str:statement>/matching", ledgers.statement_matched, name="statement_matched"),
    path("customers/<str:customer>/ledger", ledgers.page, name="ledger"),
    path("customers/<str:customer>/advance", advances.page, name="advance_of"),
    path("customers/<str:customer>/remitter-codes", recognition.add, name="remitter_codes"),
    path("remitter-codes/<str:sign>/revocation", recognition.revoke, name="remitter_code_revocation"),
    path("advances", advances.index, name="advances"),
    path("advances/<str:advance>/refund", advances.refund, name="refund_advance"),
    path("invoices/<str:invoice>/write-off", giving_up.page, name="write_off"),
    path("approvals", returns.approvals, name="approvals"),
    path("approvals/<str:approval>", returns.decide, name="decide"),
    path("returns", returns.page, name="returns"),
    path("returns/<str:todo>", returns.one, name="return_of"),
    path("settings/payments", returns.policy, name="policy"),
]
