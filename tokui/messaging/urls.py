from django.urls import path

from tokui.messaging import views

app_name = "messaging"
urlpatterns = [
    path("outbox", views.index, name="outbox"),
    path("outbox/<str:key>", views.mail, name="mail"),
    path("outbox/<str:key>/html", views.html_part, name="html"),
    path("outbox/<str:key>/attachments/<uuid:attachment>", views.attachment, name="attachment"),
    path("outbox/<str:key>/resending", views.resending, name="resending"),
]
