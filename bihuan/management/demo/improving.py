"""What the demo company has learnt and asked: technical support on special faults, and improvements in rounds."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.utils.timezone import localdate

from bihuan.management.demo.playing import Life
from bihuan.registers.access.queries import people_with, viewer_of
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases import consulting
from bihuan.service.improvement import proposing
from bihuan.service.improvement.models import Proposal

ASKS = 0.5  # share of special faults about which the technician asks
QUESTION = "按标准属于特殊故障，准备先查电控再动制冷回路，是否需要带配件上门？"
ANSWER = "先排除电控和启动件，再测绕组；配件随车带上，现场确认后再换。"
CONTINGENCY = "现场修不好就征得客户同意拉回网点，当天回复客户时间，必要时借备用机。"


def ask_support(life: Life, *, person_id: int) -> None:
    """Of the special faults about half are asked about, once the technician has taken the job."""
    chance = Random(f"support {life.told.number}")
    if consulting.is_special(life.fresh()) and chance.random() < ASKS:
        viewer = life.cast.viewer(person_id)
        if consulting.open_of(life.case.id) is None:
            consulting.ask(life.case, QUESTION, viewer=viewer, now=life.at)


def answer_support(life: Life) -> None:
    """Technical support answers before the time is agreed."""
    waiting = consulting.open_of(life.case.id)
    if waiting is None:
        return
    who = life.cast.anyone(Role.DEPARTMENT_OWNER, Random(f"answer {life.told.number}"))
    consulting.answer(
        waiting,
        way="part_replacement",
        words=ANSWER,
        contingency=CONTINGENCY,
        viewer=life.cast.viewer(who),
        now=life.at,
    )


def found_proposals(*, now: datetime) -> int:
    """Two improvements: one in its second round, one whose effect is being checked. Once only."""
    if Proposal.objects.exists():
        return 0
    ago = [now - timedelta(days=days) for days in (45, 40, 14, 12, 10)]
    first = _propose("派工和上门更快", "超 20 分钟未接的单由调度电话催办。", "speed", at=ago[0])
    for words, at, decision in (
        ("六个网点都已按此执行，班长每天看一次看板。", ago[1], ""),
        ("接单快了，但周末仍慢，客户打分没有明显变化。", ago[2], ""),
        ("周末排班不足是主因，下一轮改排班。", ago[3], "again"),
    ):
        first = proposing.carry_on(first, words, viewer=_manager(), now=at, decision=decision)
    _propose("派工和上门更快", "周末每网点多排一名师傅，早班八点到岗。", "speed", at=ago[4], former=first)
    other = _propose("把原因讲明白", "完工前用一句大白话讲原因，并给客户看。", "attitude", at=ago[0])
    proposing.carry_on(other, "已写进作业标准，四个网点完成培训。", viewer=_manager(), now=ago[2])
    return 3


def _manager() -> Viewer:
    return viewer_of(people_with(Role.MANAGER)[0])


def _propose(title: str, words: str, stage: str, *, at: datetime, former: Proposal | None = None) -> Proposal:
    plan = proposing.Plan(
        title=title,
        words=words,
        stage=stage,
        target_mean=Decimal("4.50"),
        owner_id=people_with(Role.SUPERVISOR)[0].id,
        due_on=localdate(at) + timedelta(days=50),
        weak=f"all::{stage}",
    )
    return proposing.propose(plan, viewer=_manager(), now=at, former=former)
