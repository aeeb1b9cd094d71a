from django.urls import path

from tokui.access import settings_views, views

app_name = "access"
urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("sign-in/forgotten", views.forgotten, name="forgotten"),
    path("sign-in/new-password/<str:user>/<str:token>", views.new_password, name="new_password"),
    path("join/<str:secret>", views.join, name="join"),
    path("language", views.language, name="language"),
    path("settings", settings_views.index, name="settings"),
    path("settings/profile", settings_views.profile, name="profile"),
    path("settings/organization", settings_views.organization, name="organization"),
    path("settings/members", settings_views.members, name="members"),
    path("settings/members/<uuid:pk>", settings_views.member, name="member"),
    path("settings/keys", settings_views.keys, name="keys"),
    path("settings/keys/<str:key>/revocation", settings_views.revoke_key, name="revoke_key"),
    path("settings/businesses", settings_views.businesses, name="businesses"),
    path("settings/businesses/new", settings_views.business, name="new_business"),
    path("settings/businesses/<str:key>", settings_views.business, name="business"),
    path("settings/permissions", settings_views.permissions, name="permissions"),
]
