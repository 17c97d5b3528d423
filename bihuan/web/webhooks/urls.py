"""Where channels knock. Each keeps what it is sent before it answers."""

from django.urls import URLPattern, path

from bihuan.web.webhooks import hotline, sms, wechat, wecom

app_name = "webhooks"
urlpatterns: list[URLPattern] = [
    path("hotline/", hotline.hotline, name="hotline"),
    path("hotline/<str:secret>/", hotline.hotline_by_path, name="hotline_by_path"),
    path("wechat/", wechat.knock, name="wechat"),
    path("wecom/", wecom.knock, name="wecom"),
    path("sms/<str:house>/<str:key>", sms.knock, name="sms"),
]
