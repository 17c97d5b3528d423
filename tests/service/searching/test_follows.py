"""What is learned of a customer afterwards, or taken back, changes by what their cases are found."""

import pytest

from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import EVERYTHING
from bihuan.registers.customers.models import Customer
from bihuan.registers.customers.told import MachineTold
from bihuan.service.cases.models import Case
from bihuan.service.imports.target import Take
from bihuan.service.intake.actions import receive
from bihuan.service.searching.building import keep_index
from bihuan.service.searching.mending import register_machine, rename_customer
from tests.makers import NOW, Company, a_case, company, later, told
from tests.service.imports import sheets
from tests.service.imports.bringing import brought_in, taken_back
from tests.service.searching.test_searching import found

pytestmark = [pytest.mark.django_db, pytest.mark.demand("S3-88")]
OPENID = "oGhTu5v1Zq8kWmN2sYbXe7RtLpAc"


@pytest.fixture
def made() -> Company:
    return company()


def now_found(asked: str) -> list[str]:
    keep_index(NOW)
    return found(EVERYTHING, asked)


def test_an_import_that_is_taken_back_takes_its_names_out_of_the_search(made: Company) -> None:
    case = a_case(made, phone="13800138001", name="李春梅")
    viewer = made.viewer(Role.ADMINISTRATOR)
    clear = sheets.xlsx(
        [["客户姓名", "手机号", "机身编码", "品牌"], ["李秋菊", "13800138001", "ZZ77001", "澄川"]]
    )
    run = brought_in(viewer, "customers", clear, take=Take.THEIRS)
    assert (now_found("李秋菊"), now_found("李春梅")) == ([case.number], [])
    taken_back(viewer, run)
    assert (now_found("李秋菊"), now_found("李春梅")) == ([], [case.number])


def of_wechat(made: Company) -> Case:
    first = told(phone="", name="", channel="wechat", handle=("wechat", OPENID))
    receive(first, by=made.actor(Role.AGENT), node=made.head, now=NOW)
    return Case.objects.get()


def test_a_chat_is_found_by_the_whole_of_its_handle_and_shown_by_none_of_it(made: Company) -> None:
    case = of_wechat(made)
    assert (now_found(OPENID), now_found(OPENID[:12])) == ([case.number], [])


def test_a_name_learned_in_a_chat_without_a_new_case_is_found(made: Company) -> None:
    case = of_wechat(made)
    answer = told(
        phone="", name="欧阳修远", channel="wechat", handle=("wechat", OPENID), joins=case.report_id
    )
    receive(answer, by=made.actor(Role.AGENT), node=made.head, now=later(hours=1))
    assert (Case.objects.count(), now_found("欧阳修远")) == (1, [case.number])
    rename_customer(Customer.objects.get(), "欧阳修竹")
    assert (now_found("欧阳修远"), now_found("欧阳修竹")) == ([], [case.number])


def test_a_serial_that_its_owner_registers_finds_the_case_of_the_machine(made: Company) -> None:
    case = a_case(made, phone="13800138001")
    seen = MachineTold(machine_id=case.machine_id, serials={"whole": "QQ555001"})
    register_machine(case.customer, seen, now=later(hours=1))
    assert now_found("QQ555001") == [case.number]
