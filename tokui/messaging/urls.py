from django.urls import path

from tokui.messaging import views

app_name = "messaging"
urlpatterns = [
    path("outbox", views.index, name="outbox"),
    path("outbox/<str:key>", views.mail, name="mail"),
    path("outbox/<str:key>/again", views.again, name="again"),
]
