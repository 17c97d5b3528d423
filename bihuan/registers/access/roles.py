"""The roles, and the one table of what each may do. Read this page to know who may do what.

A verb is `noun.deed`. What a person may do it to is cut by node in the queries; this table says whether at all.
"""

from enum import StrEnum


class Role(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    DISPATCHER = "dispatcher"
    SERVICE_POINT_OWNER = "service_point_owner"
    SERVICE_POINT_DISPATCHER = "service_point_dispatcher"
    TECHNICIAN = "technician"
    PARTS_KEEPER = "parts_keeper"
    CALLBACK_AGENT = "callback_agent"
    QUALITY_INSPECTOR = "quality_inspector"
    DEPARTMENT_OWNER = "department_owner"
    SUPERVISOR = "supervisor"
    APPROVER = "approver"
    SETTLEMENT_CLERK = "settlement_clerk"
    ANALYST = "analyst"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


R = Role
STAFF = frozenset(Role) - {R.CUSTOMER}
DESK = frozenset({R.AGENT, R.SUPERVISOR, R.CALLBACK_AGENT})
POINT = frozenset({R.SERVICE_POINT_OWNER, R.SERVICE_POINT_DISPATCHER})
LEADERS = frozenset({R.SUPERVISOR, R.MANAGER})

MAY: dict[str, frozenset[Role]] = {
    "report.take": frozenset({R.AGENT, R.SUPERVISOR, R.CUSTOMER}),
    "call.take": DESK,
    "call.take_over": DESK | {R.DEPARTMENT_OWNER},
    "call.hear": DESK | {R.DEPARTMENT_OWNER, R.QUALITY_INSPECTOR},
    "customer.look_up": DESK | {R.DISPATCHER},
    "customer.reveal": DESK | POINT | {R.DISPATCHER, R.TECHNICIAN, R.DEPARTMENT_OWNER, R.QUALITY_INSPECTOR},
    "customer.forget": frozenset({R.ADMINISTRATOR}),
    "case.read": STAFF - {R.ADMINISTRATOR},
    "case.note": STAFF - {R.ADMINISTRATOR, R.ANALYST, R.SETTLEMENT_CLERK},
    "case.own": DESK | {R.DEPARTMENT_OWNER},
    "case.hand_over": DESK | {R.DEPARTMENT_OWNER},
    "case.merge": DESK,
    "case.move": STAFF
    - {R.ADMINISTRATOR, R.ANALYST, R.SETTLEMENT_CLERK},  # the card names the roles of each move
    "case.chase": DESK | {R.CUSTOMER, R.DISPATCHER},
    "case.remote": frozenset({R.AGENT, R.SUPERVISOR}),
    "complaint.official": frozenset({R.AGENT, R.SUPERVISOR, R.DEPARTMENT_OWNER}),
    "support.ask": DESK | POINT | {R.DEPARTMENT_OWNER, R.TECHNICIAN},
    "support.answer": frozenset({R.DEPARTMENT_OWNER, R.QUALITY_INSPECTOR, R.SUPERVISOR}),
    "case.export": DESK | POINT | {R.DISPATCHER, R.ANALYST, R.MANAGER, R.QUALITY_INSPECTOR},
    "offer.make": frozenset({R.DISPATCHER, R.AGENT, R.SUPERVISOR}),
    "offer.answer": POINT,
    "visit.assign": frozenset({R.DISPATCHER}) | POINT,
    "capacity.read": POINT | LEADERS | {R.DISPATCHER},
    "capacity.change": POINT | LEADERS | {R.DISPATCHER},
    "visit.book": DESK | POINT | {R.DISPATCHER, R.CUSTOMER, R.TECHNICIAN},
    "visit.answer": frozenset({R.TECHNICIAN}),
    "visit.work": frozenset({R.TECHNICIAN}),
    "visit.read": POINT | DESK | LEADERS | {R.DISPATCHER, R.TECHNICIAN, R.QUALITY_INSPECTOR},
    "position.read": POINT | {R.DISPATCHER},
    "sheet.read": DESK
    | POINT
    | LEADERS
    | {R.DISPATCHER, R.TECHNICIAN, R.QUALITY_INSPECTOR, R.DEPARTMENT_OWNER, R.SETTLEMENT_CLERK, R.CUSTOMER},
    "survey.read": DESK | LEADERS | {R.ANALYST, R.QUALITY_INSPECTOR},
    "survey.answer": frozenset({R.CUSTOMER}),
    "callback.work": frozenset({R.CALLBACK_AGENT, R.SUPERVISOR}),
    "promise.read": STAFF - {R.ADMINISTRATOR},
    "outbox.read": frozenset({R.AGENT, R.SUPERVISOR, R.MANAGER, R.ADMINISTRATOR}),
    "outbox.reveal": frozenset({R.SUPERVISOR, R.MANAGER, R.ADMINISTRATOR}),
    "figures.read": LEADERS | {R.ANALYST, R.SERVICE_POINT_OWNER, R.DEPARTMENT_OWNER},
    "improvement.write": LEADERS | {R.ANALYST, R.DEPARTMENT_OWNER},
    "operations.read": frozenset({R.MANAGER, R.ADMINISTRATOR, R.SUPERVISOR}),
    "message.decide": frozenset({R.AGENT, R.SUPERVISOR, R.MANAGER}),
    "operations.mend": frozenset({R.MANAGER, R.ADMINISTRATOR}),
    "cards.read": STAFF,
    "poster.print": LEADERS | POINT | {R.AGENT, R.ADMINISTRATOR},
    "reveal.review": frozenset({R.MANAGER, R.ADMINISTRATOR}),
    "settings.change": frozenset({R.ADMINISTRATOR}),
    "order.bring_in": frozenset({R.DISPATCHER, R.SUPERVISOR, R.ADMINISTRATOR}),
    "device.revoke": frozenset({R.SERVICE_POINT_OWNER, R.ADMINISTRATOR}),
    "journal.verify": frozenset({R.MANAGER, R.ADMINISTRATOR, R.QUALITY_INSPECTOR}),
}

SECOND_FACTOR = frozenset({R.ADMINISTRATOR, R.MANAGER, R.APPROVER})


def allowed(roles: frozenset[Role], verb: str) -> bool:
    """Whether any of these roles may do this. A verb nobody wrote down is a mistake, never a permission."""
    return bool(MAY[verb] & roles)
