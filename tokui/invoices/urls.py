from django.urls import path

from tokui.invoices import closing_views, credit_views, import_views, new_views, public, sale_views, terms_views, views

app_name = "invoices"
urlpatterns = [
    path("i/<str:secret>", public.invoice, name="public"),
    path("i/<str:secret>/pdf", public.pdf, name="public_pdf"),
    path("invoices", views.index, name="index"),
    path("invoices/new", new_views.new, name="new"),
    path("invoices/printed", views.print_many, name="print_many"),
    path("invoices/sent", views.send_many, name="send_many"),
    path("invoices/export", views.export, name="export"),
    path("invoices/openings", import_views.opening_imports, name="opening_imports"),
    path("invoices/openings/<str:key>", import_views.opening_import, name="opening_import"),
    path("invoices/openings/<str:key>/columns", import_views.opening_columns, name="opening_import_columns"),
    path(
        "invoices/openings/<str:key>/application", import_views.opening_application, name="opening_import_application"
    ),
    path("settings/invoice-terms", terms_views.terms_page, name="terms"),
    path("settings/numbering", closing_views.numbering_page, name="numbering"),
    path("invoices/<str:key>", views.page, name="page"),
    path("invoices/<str:key>/pdf", views.pdf, name="pdf"),
    path("invoices/<str:key>/issue", views.issue, name="issue"),
    path("invoices/<str:key>/deletion", views.delete, name="delete"),
    path("invoices/<str:key>/void", views.void, name="void"),
    path("invoices/<str:key>/credit", views.credit, name="credit"),
    path("invoices/<str:key>/applications", credit_views.apply, name="apply_credit"),
    path("invoices/<str:key>/applications/reversal", credit_views.take_back, name="take_back_credit"),
    path("invoices/<str:key>/refunds", credit_views.refund, name="refund_credit"),
    path("invoices/<str:key>/sending", views.send, name="send"),
    path("invoices/<str:key>/receipt", views.receipt, name="receipt"),
    path("invoices/<str:key>/delivery-note", views.delivery_note, name="delivery_note"),
    path("statements/<str:key>", views.statement, name="statement"),
    path("receipts/<str:key>/pdf", views.receipt_file, name="receipt_pdf"),
    path("receipts/<str:key>/copy", views.receipt_copy, name="receipt_copy"),
    path("sales", sale_views.index, name="sales"),
    path("sales/new", sale_views.new, name="new_sale"),
    path("sales/report", sale_views.report, name="sale_report"),
    path("sales/import", import_views.sale_imports, name="sale_imports"),
    path("sales/import/<str:key>", import_views.sale_import, name="sale_import"),
    path("sales/import/<str:key>/columns", import_views.sale_columns, name="sale_import_columns"),
    path("sales/import/<str:key>/application", import_views.sale_application, name="sale_import_application"),
    path("sales/import/<str:key>/undo", import_views.sale_undo, name="sale_import_undo"),
    path("sales/<str:key>", sale_views.edit, name="sale"),
    path("sales/<str:key>/deletion", sale_views.delete, name="delete_sale"),
    path("closings", closing_views.index, name="closings"),
    path("closings/run", closing_views.run, name="run_closing"),
]
