"""Addresses of these pages."""

from django.urls import URLPattern, path, re_path

from bihuan.web.agents import (
    callbacks,
    case,
    cases,
    complaints,
    customer,
    customers,
    deeds,
    desk,
    record_table,
    remote,
    report,
    write_up,
)

app_name = "agents"
urlpatterns: list[URLPattern] = [
    path("", desk.desk, name="desk"),
    re_path(r"^queue\.(?P<ending>csv|xlsx)$", desk.desk_file, name="desk_file"),
    path("report", report.report, name="report"),
    path("report/caller", report.caller, name="report_caller"),
    path("report/heard", report.heard, name="report_heard"),
    path("cases", cases.cases, name="cases"),
    re_path(r"^cases\.(?P<ending>csv|xlsx)$", cases.cases_file, name="cases_file"),
    path("search", cases.cases, name="search"),
    path("case/<str:number>", case.case, name="case"),
    path("case/<str:number>/record", record_table.record_table, name="record_table"),
    path("case/<str:number>/phone", remote.remote, name="remote"),
    path("case/<str:number>/move", deeds.move, name="case_move"),
    path("case/<str:number>/note", deeds.note, name="case_note"),
    path("case/<str:number>/chase", deeds.chase, name="case_chase"),
    path("case/<str:number>/claim", deeds.claim, name="case_claim"),
    path("case/<str:number>/hand-over", deeds.hand_over, name="case_hand_over"),
    path("case/<str:number>/accept", deeds.accept, name="case_accept"),
    path("case/<str:number>/urgency", deeds.urgency, name="case_urgency"),
    path("case/<str:number>/reveal", deeds.reveal, name="case_reveal"),
    path("case/<str:number>/write-up/<str:need>", write_up.write_up_page, name="write_up"),
    path("complaints", complaints.complaints, name="complaints"),
    path("customers", customers.customers, name="customers"),
    path("customers/<int:customer_id>", customer.customer, name="customer"),
    path("customers/<int:customer_id>/correct", customer.customer_mend, name="customer_mend"),
    path("customers/<int:customer_id>/reveal", customer.customer_reveal, name="customer_reveal"),
    path("callbacks", callbacks.callbacks, name="callbacks"),
    path("callbacks/<int:callback_id>", callbacks.callback_page, name="callback"),
    path("callbacks/<int:callback_id>/take", callbacks.take, name="callback_take"),
    path("callbacks/<int:callback_id>/attempt", callbacks.attempt, name="callback_attempt"),
    path("callbacks/<int:callback_id>/finish", callbacks.finish, name="callback_finish"),
]
