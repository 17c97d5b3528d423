"""Who may do what, written down by hand and apart from the code: the tests compare the two.

One letter a role. Read a line as: this verb is open to these roles and to nobody else.
"""

from bihuan.registers.access.roles import Role

LETTERS = {
    "C": Role.CUSTOMER,
    "A": Role.AGENT,
    "D": Role.DISPATCHER,
    "O": Role.SERVICE_POINT_OWNER,
    "P": Role.SERVICE_POINT_DISPATCHER,
    "T": Role.TECHNICIAN,
    "K": Role.PARTS_KEEPER,
    "B": Role.CALLBACK_AGENT,
    "Q": Role.QUALITY_INSPECTOR,
    "E": Role.DEPARTMENT_OWNER,
    "S": Role.SUPERVISOR,
    "V": Role.APPROVER,
    "L": Role.SETTLEMENT_CLERK,
    "Y": Role.ANALYST,
    "M": Role.MANAGER,
    "X": Role.ADMINISTRATOR,
}

VERBS = {
    "report.take": "CAS",
    "customer.look_up": "ADBS",
    "customer.reveal": "ADOPTBQES",
    "customer.forget": "X",
    "case.read": "ADOPTKBQESVLYM",
    "case.note": "ADOPTKBQESVM",
    "case.own": "ABES",
    "case.hand_over": "ABES",
    "case.move": "ADOPTKBQESVM",
    "case.chase": "CADBS",
    "case.remote": "AS",
    "support.ask": "AOPTBES",
    "support.answer": "QES",
    "case.export": "ADOPBQSYM",
    "offer.make": "ADS",
    "offer.answer": "OP",
    "visit.assign": "DOP",
    "visit.book": "CADOPTBS",
    "visit.answer": "T",
    "visit.work": "T",
    "visit.read": "ADOPTBQSM",
    "sheet.read": "CADOPTBQESLM",
    "survey.read": "ABQSYM",
    "survey.answer": "C",
    "callback.work": "BS",
    "promise.read": "ADOPTKBQESVLYM",
    "outbox.read": "ASMX",
    "outbox.reveal": "SMX",
    "figures.read": "OESYM",
    "improvement.write": "ESYM",
    "operations.read": "SMX",
    "operations.mend": "MX",
    "cards.read": "ADOPTKBQESVLYMX",
    "reveal.review": "MX",
    "settings.change": "X",
    "device.revoke": "OX",
    "journal.verify": "QMX",
}

# Pages for staff: name of the address → how it is asked, and who gets past its door.
STAFF_PAGES = {
    "agents:desk": ("get", "ADOPTKBQESVLYM"),
    "agents:desk_file": ("get", "ADOPBQSYM"),
    "agents:report": ("get", "AS"),
    "agents:report_caller": ("post", "AS"),
    "agents:report_heard": ("post", "AS"),
    "agents:cases": ("get", "ADOPTKBQESVLYM"),
    "agents:cases_file": ("get", "ADOPBQSYM"),
    "agents:search": ("get", "ADOPTKBQESVLYM"),
    "agents:case": ("get", "ADOPTKBQESVLYM"),
    "agents:record_table": ("get", "ADOPTKBQESVLYM"),
    "agents:remote": ("get", "AS"),
    "agents:case_move": ("post", "ADOPTKBQESVM"),
    "agents:case_note": ("post", "ADOPTKBQESVM"),
    "agents:case_write": ("post", "ADOPTKBQESVM"),
    "agents:case_chase": ("post", "ADBS"),
    "agents:case_claim": ("post", "ABES"),
    "agents:case_hand_over": ("post", "ABES"),
    "agents:case_accept": ("post", "ABES"),
    "agents:case_urgency": ("post", "ABES"),
    "agents:case_grade": ("post", "ABES"),
    "agents:case_reveal": ("post", "ADOPTBQES"),
    "agents:customers": ("get", "ADBS"),
    "agents:customer": ("get", "ADBS"),
    "agents:customer_mend": ("post", "AS"),
    "agents:customer_reveal": ("post", "ADOPTBQES"),
    "agents:complaints": ("get", "ADOPTKBQESVLYM"),
    "agents:write_up": ("get", "ADOPTKBQESVM"),
    "agents:consultations": ("get", "QES"),
    "agents:support": ("get", "AOPTBQES"),
    "agents:callbacks": ("get", "BS"),
    "agents:callback": ("get", "BS"),
    "agents:callback_take": ("post", "BS"),
    "agents:callback_attempt": ("post", "BS"),
    "agents:callback_finish": ("post", "BS"),
    "dispatchers:board": ("get", "ADOPS"),
    "dispatchers:offer_many": ("post", "ADS"),
    "dispatchers:devices": ("get", "OX"),
    "dispatchers:service_point": ("get", "OP"),
    "dispatchers:offer": ("get", "ADS"),
    "dispatchers:answer": ("post", "OP"),
    "dispatchers:assign": ("get", "DOP"),
    "dispatchers:assign_quickly": ("post", "DOP"),
    "dispatchers:book": ("get", "ADOPTBS"),
    "dispatchers:job_order": ("get", "ADOPTBQSM"),
    "technicians:today": ("get", "T"),
    "technicians:coming": ("get", "T"),
    "technicians:van": ("get", "T"),
    "technicians:me": ("get", "T"),
    "technicians:accept": ("post", "T"),
    "technicians:refuse": ("post", "T"),
    "technicians:visit": ("get", "T"),
    "technicians:deed": ("post", "T"),
    "technicians:step": ("post", "T"),
    "technicians:quote": ("get", "T"),
    "technicians:sign": ("get", "T"),
    "technicians:photo": ("get", "ADOPTKBQESVLYM"),
    "technicians:sheet": ("get", "ADOPTBQESLM"),
    "managers:wall": ("get", "OESYM"),
    "managers:operations": ("get", "SMX"),
    "managers:outbox": ("get", "ASMX"),
    "managers:cards": ("get", "ADOPTKBQESVLYMX"),
    "managers:card": ("get", "ADOPTKBQESVLYMX"),
    "managers:rows": ("get", "OESYM"),
    "managers:rows_file": ("get", "OSYM"),
    "managers:promises": ("get", "OESYM"),
    "managers:improvement": ("get", "OESYM"),
    "managers:propose": ("get", "ESYM"),
    "managers:proposal": ("get", "OESYM"),
    "managers:outbox_again": ("post", "MX"),
    "managers:outbox_full": ("post", "SMX"),
    "managers:run_again": ("post", "MX"),
    "managers:verify": ("post", "QMX"),
    "managers:settings": ("get", "X"),
    "managers:settings_all_changes": ("get", "X"),
    "managers:settings_reveals": ("get", "MX"),
    "managers:settings_forget": ("get", "X"),
    "managers:settings_password": ("get", "X"),
    "managers:settings_rows": ("get", "X"),
    "managers:settings_add": ("get", "X"),
    "managers:settings_changes": ("get", "X"),
    "managers:settings_row": ("get", "X"),
    "managers:settings_out": ("post", "X"),
    "managers:settings_row_changes": ("get", "X"),
}

# The API: who gets past the door with a token of that role.
API = {
    "api:receive_report": ("post", "CAS"),
    "api:cases": ("get", "CADOPTKBQESVLYM"),
    "api:one": ("get", "CADOPTKBQESVLYM"),
    "api:promises": ("get", "CADOPTKBQESVLYM"),
    "api:visits": ("get", "CADOPTBQSM"),
    "api:surveys": ("get", "CABQSYM"),
    "api:move": ("post", "CADS"),  # to cancel, which the repair card allows to these
    "api:note": ("post", "CADOPTKBQESVM"),  # customers on their own cases
    "api:chase": ("post", "CADBS"),
}

# Open to whoever holds the private link, and to nobody without it.
LINK_PAGES = frozenset(
    {
        "customers:case", "customers:chase", "customers:cancel", "customers:complain", "customers:add",
        "customers:again",
        "customers:consents", "customers:my_data",
        "customers:slot", "customers:quote", "customers:sheet", "customers:survey", "customers:confirm",
        "customers:verify", "technicians:sign_in_link", "api:answer_one",
    }
)  # fmt: skip

# Open to the whole world: nothing about any case or person stands there.
WORLD = frozenset(
    {
        "home", "healthz", "look:language", "look:theme", "customers:report", "customers:lookup",
        "customers:commitments", "customers:privacy", "technicians:sign_in", "technicians:sign_in_code",
        "api:openapi-json", "api:api-root", "",
    }
)  # fmt: skip

# Signing in and one's own second factor; django-allauth keeps these doors.
ACCOUNTS = ("account_", "mfa_")
