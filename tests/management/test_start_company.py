"""`manage.py start_company`: a company by a file, by options or by answers."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bihuan.registers.access.models import Person
from bihuan.registers.organisation.models import Node
from bihuan.web.managers.founding_code import is_right
from tests.makers import company

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-04")]

FILE = """
company = "远山电器"
hotline = "400-123-4567"
brands = ["远山", "近水"]
tree = '''
东区
  港口网点
  山门（特约）
'''
[administrator]
login = "lin"
name = "林一"
phone = "13800138000"
"""


@pytest.fixture(autouse=True)
def _a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_FIRST_PASSWORD", "a quite long pass phrase")


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("start_company", *arguments, stdout=out)
    return out.getvalue()


def a_file(folder: Path, text: str = FILE) -> str:
    file = folder / "company.toml"
    file.write_text(text, "utf-8")
    return str(file)


def test_a_file_founds_the_company(tmp_path: Path) -> None:
    lines = said("--file", a_file(tmp_path)).splitlines()
    assert lines[-2] == "1 regions, 2 service points, 0 teams, 2 brands, 6 families of appliances."
    assert lines[-1].startswith("远山电器 is founded. lin may sign in at http://")
    assert (Node.objects.count(), Person.objects.get().name) == (4, "林一")


def test_options_found_it_too_and_go_before_the_file(tmp_path: Path) -> None:
    tree = tmp_path / "tree.txt"
    tree.write_text("湖滨网点", "utf-8")
    said("--file", a_file(tmp_path), "--company", "近水", "--tree-file", str(tree), "--brand", "近水")
    assert list(Node.objects.order_by("id").values_list("name", flat=True)) == ["近水", "湖滨网点"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (FILE + 'password = "x"', "A password does not belong in a file"),
        (FILE.replace("hotline", "hot_line"), "The file says what nobody asks for: hot_line."),
        (FILE.replace('"远山", "近水"', "1, 2"), "These must be text (brands: a list of texts): brands."),
        (FILE.replace('login = "lin"', ""), "Still missing: login."),
        ("company = ", "The file is not readable TOML"),
        (FILE.replace("400-123-4567", "ring us"), "hotline: A hotline has digits"),
    ],
)
def test_a_wrong_file_is_refused_with_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        said("--file", a_file(tmp_path, text))
    assert str(refused.value).startswith(sentence)
    assert Person.objects.count() == 0


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        said("--file", "no such file.toml")


def test_a_second_company_is_refused(tmp_path: Path) -> None:
    said("--file", a_file(tmp_path))
    with pytest.raises(CommandError, match="There is a company in this installation already"):
        said("--file", a_file(tmp_path))
    assert Person.objects.count() == 1


def test_only_a_demo_can_be_removed(tmp_path: Path) -> None:
    company()
    with pytest.raises(CommandError, match="This is not the demo company"):
        said("--remove-demo", "--yes", "--file", a_file(tmp_path))


def test_a_weak_password_founds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_FIRST_PASSWORD", "12345")
    with pytest.raises(CommandError, match="password: "):
        said("--file", a_file(tmp_path))
    assert (Person.objects.count(), Node.objects.count()) == (0, 0)


def test_answers_at_a_terminal_found_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    answers = [
        "", "远山电器",  # a name is needed: asked again
        "ring us", "400 123",  # no hotline: asked again
        "远山, 近水", "东区", "  港口网点", "", "", "", "", "lin", "", "",
    ]  # fmt: skip
    monkeypatch.setattr("sys.stdin", Terminal("\n".join(answers) + "\n"))
    printed = said()
    assert "This is needed." in printed
    assert "A hotline has digits" in printed
    admin = Person.objects.get()
    assert (admin.login, admin.name) == ("lin", "lin")
    assert list(Node.objects.order_by("id").values_list("name", flat=True)) == [
        "远山电器",
        "东区",
        "港口网点",
    ]


def test_a_new_start_code_can_be_printed_until_there_is_a_company() -> None:
    code = said("--code").splitlines()[-1].split()[2]
    assert is_right(code)
    company()
    with pytest.raises(CommandError, match="There is a company already"):
        said("--code")
