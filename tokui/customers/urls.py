from django.urls import path

from tokui.customers.views import imports, lists, record

app_name = "customers"
urlpatterns = [
    path("customers", lists.index, name="list"),
    path("customers/count", lists.count, name="count"),
    path("customers/new", record.new, name="new"),
    path("customers/bulk", lists.bulk, name="bulk"),
    path("customers/export", lists.export, name="export"),
    path("customers/views", lists.views, name="views"),
    path("customers/views/<str:key>/removal", lists.view_removal, name="view_removal"),
    path("customers/<str:key>", record.page, name="customer"),
    path("customers/<str:key>/edit", record.edit, name="edit"),
    path("customers/<str:key>/notes", record.notes, name="notes"),
    path("customers/<str:key>/files/<str:attachment>", record.file, name="file"),
    path("customers/<str:key>/relationships", record.relationships, name="relationships"),
    path("customers/<str:key>/relationships/<str:relationship>/end", record.relationship_end, name="relationship_end"),
    path("customers/<str:key>/contacts", record.contacts, name="contacts"),
    path("customers/<str:key>/contacts/<str:contact>/documents", record.contact_documents, name="contact_documents"),
    path("customers/<str:key>/contacts/<str:contact>/removal", record.contact_removal, name="contact_removal"),
    path(
        "customers/<str:key>/payer-names/<str:payer_name>/revocation",
        record.payer_name_revocation,
        name="payer_name_revocation",
    ),
    path("imports", imports.index, name="imports"),
    path("imports/<str:key>", imports.batch, name="import"),
    path("imports/<str:key>/columns", imports.columns, name="columns"),
    path("imports/<str:key>/sender", imports.sender, name="sender"),
    path("imports/<str:key>/decisions", imports.decisions, name="decisions"),
    path("imports/<str:key>/refused", imports.refused, name="refused"),
    path("imports/<str:key>/application", imports.application, name="application"),
    path("imports/<str:key>/undo", imports.undo, name="undo"),
    path("settings/customer-fields", imports.fields, name="fields"),
    path("settings/customer-fields/<str:key>", imports.field, name="field"),
]
