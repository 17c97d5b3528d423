"""The acts of a case that needs no visit, and of every case once the work is done: asked, scored, rung, closed."""

from datetime import timedelta

from bihuan.management.demo.playing import Life, chase, withdraw
from bihuan.registers.access.roles import Role
from bihuan.service.cases.needs import Need
from bihuan.service.satisfaction import asking, calling_back, closing
from bihuan.service.satisfaction.models import Callback
from bihuan.service.satisfaction.queries import latest_survey

RATINGS = ("speed", "effect", "attitude", "overall")
MINUTE = timedelta(minutes=1)


def consult(life: Life) -> None:
    """A question, answered."""
    if life.told.fate.until == "to_answer":
        life.stand("to_answer")
    life.wait(3, 240)
    agent = life.owner
    life.write_up(Need.ANSWERED, "已按说明书和保修条款答复，客户表示清楚了。", by=agent)
    life.move("answer", by=agent)


def suggest(life: Life) -> None:
    """A suggestion, weighed and answered."""
    life.wait(20, 300)
    department = life.anyone(Role.DEPARTMENT_OWNER)
    life.move("take", by=department)
    life.stand("in_review")
    life.wait(300, 1800)
    adopted = life.by_chance(0.35)
    weighed = "改动小、受益的人多，建议采纳。" if adopted else "成本偏高，先记入建议库，明年再议。"
    life.write_up(Need.SUGGESTION_WEIGHED, weighed, by=department)
    life.write_up(Need.ANSWERED, "感谢您的建议，评估结果已电话告知。", by=department)
    life.move("adopt" if adopted else "set_aside", by=department, reason="" if adopted else "not_now")


def complain(life: Life) -> None:
    """A complaint: taken, looked into, planned, approved, answered, put right."""
    life.stand("to_take")
    life.wait(5, 25)
    department = life.anyone(Role.DEPARTMENT_OWNER)
    life.move("take", by=department)
    life.say("已致歉并了解经过，正在向网点和师傅核实。", by=department, contact="phone")
    life.stand("investigating")
    chase(life)
    life.wait(60, 600)
    life.write_up(
        Need.INVESTIGATION_WRITTEN, "核对通话与派工记录：约定时间变更后未及时通知客户，属实。", by=department
    )
    life.move("conclude", by=department)
    life.wait(30, 200)
    life.write_up(
        Need.PLAN_WRITTEN, "向客户致歉，优先安排资深师傅上门，减免上门费，并约谈网点。", by=department
    )
    life.move("submit", by=department)
    life.stand("approving")
    life.wait(20, 400)
    approver = life.anyone(Role.APPROVER)
    life.write_up(Need.PLAN_APPROVED, "同意。", by=approver)
    life.move("approve", by=approver)
    life.wait(10, 120)
    life.write_up(Need.ANSWERED, "已电话答复处理方案并再次致歉。", by=department)
    life.move("answer", by=department)
    life.stand("awaiting_customer")
    life.wait(30, 600)
    life.write_up(Need.ANSWER_ACCEPTED, "客户接受处理方案。", by=department)
    life.move("accept_answer", by=department)
    life.wait(60, 900)
    life.write_up(Need.REMEDY_DONE, "方案已落实，费用已退。", by=department)
    life.move("finish", by=department)


def exchange(life: Life) -> None:
    """A return or exchange: reviewed, approved, received, carried out."""
    life.wait(60, 600)
    department = life.anyone(Role.DEPARTMENT_OWNER)
    life.write_up(Need.REVIEW_DECIDED, "七天内性能故障，检测属实，同意换货。", by=department)
    life.move("review", by=department)
    life.wait(60, 500)
    approver = life.anyone(Role.APPROVER)
    life.write_up(Need.PLAN_APPROVED, "同意。", by=approver)
    life.move("approve", by=approver)
    life.wait(900, 2800)
    life.write_up(Need.MACHINE_RECEIVED, "旧机已取回，附件齐全，外观完好。", by=department)
    life.move("receive", by=department)
    life.wait(200, 1500)
    life.write_up(Need.REFUND_OR_EXCHANGE_DONE, "新机已送达安装，旧机已入库。", by=department)
    life.move("finish", by=department)


def ask(life: Life) -> None:
    """The customer is asked whether it is solved, then for four scores; answers, or says nothing."""
    survey = latest_survey(life.case.id)
    if survey is None:
        return
    life.until(max(life.at, survey.confirm_due_at) + MINUTE * life.chance.randint(1, 14))
    asking.ask_confirms(life.at)
    survey.refresh_from_db()
    life.stand("done")
    if survey.awaits and life.told.fate.ending in {"confirmed", "low_score", "not_solved"}:
        life.wait(3, 500, office=False)
        solved = life.told.fate.ending != "not_solved"
        via = life.chance.choice(("link", "link", "phone"))
        asking.say_solved(survey, solved=solved, via=via, by=life.customer.by, now=life.at)
    score(life)


def score(life: Life) -> None:
    """Four scores and perhaps a sentence. A low one is rung about."""
    survey = latest_survey(life.case.id)
    assert survey is not None
    if not life.fresh().open or survey.awaits:
        life.until(max(life.at, survey.due_at) + MINUTE)
        asking.send_surveys(life.at)
    survey = latest_survey(life.case.id)
    if survey is not None and survey.sent_at and life.past.ratings and life.told.fate.ending != "silent":
        life.wait(10, 900, office=False)
        ratings = dict(zip(RATINGS, life.past.ratings, strict=True))
        asking.answer(survey, ratings, words=life.past.comment, by=life.customer.by, now=life.at)
    ring(life)
    if life.fresh().stands_at == "done" and survey is not None and survey.awaits:
        life.until(
            (survey.confirm_asked_at or life.at) + timedelta(hours=72, minutes=life.chance.randint(1, 5))
        )
        closing.close_silent(life.at)
    ask_after_the_call(life)


def ask_after_the_call(life: Life) -> None:
    """Whom somebody rang is asked for scores after that call; most let it be."""
    survey = latest_survey(life.case.id)
    if survey is not None and survey.sent_at is None and survey.dropped_at is None:
        life.until(max(life.at, survey.due_at) + MINUTE)
        asking.send_surveys(life.at)


def ring(life: Life) -> None:
    """Somebody rings a customer whom something hurt."""
    callback = Callback.objects.select_related("case").filter(case_id=life.case.id, open=True).first()
    if callback is None:
        return
    life.fresh()
    life.stand("to_call_back")
    life.wait(60, 1300)
    caller = life.anyone(Role.CALLBACK_AGENT)
    calling_back.hold(callback, person_id=caller.by.id)
    if life.by_chance(0.4):
        calling_back.note_attempt(
            callback,
            result=life.chance.choice(("no_answer", "busy", "later")),
            person_id=caller.by.id,
            by=caller.by,
            now=life.at,
        )
        life.wait(90, 500)
    calling_back.note_attempt(callback, result="reached", person_id=caller.by.id, by=caller.by, now=life.at)
    life.wait(3, 12, office=False)
    finding = calling_back.Finding(
        solved=True,
        fault=life.chance.choice(("service", "service", "product", "other")),
        remedy=life.chance.choice(
            (
                "致歉并免费复检，客户满意",
                "退还上门费，客户接受",
                "改派资深师傅复修，已好",
                "解释收费依据并赠清洗一次",
            )
        ),
        score=life.chance.choice((4, 4, 5, 5, 3)),
    )
    calling_back.finish(callback, finding, doer=caller, now=life.at)
    life.fresh()


def give_up(life: Life) -> None:
    """Some customers call it off before anybody comes."""
    if life.told.fate.ending == "withdrawn":
        withdraw(life)
