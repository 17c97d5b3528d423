"""Where the sockets are: a visitor's of one chat, an agent's of all. Only our own pages may open one."""

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from django.urls import path, re_path

from bihuan.web.agents.chats_socket import AgentSocket
from bihuan.web.customers.chat_socket import VisitorSocket
from bihuan.web.look.sockets import Nowhere, OwnOrigin

SOCKETS = OwnOrigin(
    URLRouter(
        [
            path("ws/chat/<str:token>", VisitorSocket.as_asgi()),
            path("ws/desk/chats", AuthMiddlewareStack(AgentSocket.as_asgi())),
            re_path("", Nowhere.as_asgi()),
        ]
    )
)
