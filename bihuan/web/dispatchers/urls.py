"""Addresses of these pages."""

from django.urls import URLPattern, path

from bihuan.web.dispatchers import capacity, fairness, plan_board, proposal, queue
from bihuan.web.dispatchers.assign import assign
from bihuan.web.dispatchers.board import board, offer_many
from bihuan.web.dispatchers.book import book
from bihuan.web.dispatchers.book import keep as keep_free
from bihuan.web.dispatchers.choose import offer
from bihuan.web.dispatchers.conflicts import conflicts
from bihuan.web.dispatchers.devices import devices
from bihuan.web.dispatchers.hands import mate, wish
from bihuan.web.dispatchers.job_order import job_order
from bihuan.web.dispatchers.late import late
from bihuan.web.dispatchers.leave import leave
from bihuan.web.dispatchers.plan_where import plan_where
from bihuan.web.dispatchers.positions import positions
from bihuan.web.dispatchers.service_point import answer, assign_quickly, service_point

app_name = "dispatchers"
urlpatterns: list[URLPattern] = [
    path("", board, name="board"),
    path("offer", offer_many, name="offer_many"),
    path("late", late, name="late"),
    path("plan", plan_board.plan_nodes, name="plan_nodes"),
    path("plan/<int:node_id>", plan_board.plan, name="plan"),
    path("plan/<int:node_id>/weigh", plan_board.plan_weigh, name="plan_weigh"),
    path("plan/<int:node_id>/move", plan_board.plan_move, name="plan_move"),
    path("plan/<int:node_id>/undo", plan_board.plan_undo, name="plan_undo"),
    path("plan/<int:node_id>/print", plan_board.plan_print, name="plan_print"),
    path("plan/<int:node_id>/where", plan_where, name="plan_where"),
    path("plan/<int:node_id>/propose", proposal.ask, name="proposal_ask"),
    path("plan/<int:node_id>/publish", proposal.publish, name="plan_publish"),
    path("proposals/<int:proposal_id>", proposal.proposal, name="proposal"),
    path("positions", positions, name="positions"),
    path("capacity", capacity.capacity, name="capacity"),
    path("capacity/day", capacity.set_day, name="capacity_day"),
    path("capacity/limit", capacity.keep_limit, name="capacity_limit"),
    path("leave", leave, name="leave"),
    path("conflicts", conflicts, name="conflicts"),
    path("shares", fairness.shares, name="shares"),
    path("queue", queue.queue, name="queue"),
    path("devices", devices, name="devices"),
    path("point", service_point, name="service_point"),
    path("<str:number>/offer", offer, name="offer"),
    path("<str:number>/answer", answer, name="answer"),
    path("<str:number>/assign", assign, name="assign"),
    path("<str:number>/assign/now", assign_quickly, name="assign_quickly"),
    path("<str:number>/mate", mate, name="mate"),
    path("<str:number>/wish", wish, name="wish"),
    path("<str:number>/book", book, name="book"),
    path("<str:number>/book/keep", keep_free, name="keep_free"),
    path("<str:number>/job-order", job_order, name="job_order"),
]
