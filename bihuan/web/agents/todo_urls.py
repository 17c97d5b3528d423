"""Addresses of everybody's own list."""

from django.urls import URLPattern, path

from bihuan.web.agents import todo

app_name = "todo"
urlpatterns: list[URLPattern] = [
    path("", todo.todo, name="todo"),
    path("mention/<int:mention_id>", todo.mention, name="mention"),
    path("<str:number>/snooze", todo.snooze, name="snooze"),
    path("<str:number>/wake", todo.wake, name="wake"),
]
