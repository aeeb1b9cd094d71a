from django.urls import path

from tokui.invoices import public

urlpatterns = [
    path("i/<str:secret>", public.invoice, name="public_invoice"),
    path("i/<str:secret>/pdf", public.pdf, name="public_invoice_pdf"),
]
