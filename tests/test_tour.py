"""The small pure parts of the tour."""

from tests.stops import Stop, first_of_each, open_pages, path_of, promises_of_a_manager, stops_of, wrong_links
from tests.tour import name_of, pattern_of


def test_pages_that_differ_by_a_number_or_a_link_are_one_page() -> None:
    assert pattern_of("/desk/case/AF20261122013") == pattern_of("/desk/case/AF20261122027")
    assert pattern_of("/c/abcdefghijklmnop1234/slot") == pattern_of("/c/zyxwvutsrqponmlk9876/slot")
    assert pattern_of("/desk/callbacks") != pattern_of("/desk/complaints")


def test_a_picture_is_called_by_its_address() -> None:
    assert name_of("/desk/case/AFN") == "desk-case-AFN"
    assert name_of("/") == "home"


def test_the_first_of_each_stays_in_order() -> None:
    assert first_of_each([3, 1, 4, 1, 5, 9, 2, 6], lambda number: number % 2) == [3, 4]
    assert first_of_each([], lambda number: number) == []


def test_an_address_of_the_product_becomes_a_path() -> None:
    assert path_of("https://service.example/c/abc") == "/c/abc"
    assert path_of("https://service.example/c/abc?said=added") == "/c/abc?said=added"


def test_every_stop_has_a_name_of_its_own() -> None:
    stops = [*open_pages(), *wrong_links()]
    assert len({stop.name for stop in stops}) == len(stops)


def test_roles_that_find_everything_by_links_stop_nowhere_else() -> None:
    nowhere: list[Stop] = []
    assert stops_of("dispatcher", lambda person_id: "") == nowhere


def test_a_manager_stops_at_every_tab_of_the_promises_and_at_how_they_were_kept() -> None:
    paths = [stop.path for stop in promises_of_a_manager()]
    assert "/manage/promises?state=ahead" in paths
    assert "/manage/kept/rows" in paths
    assert len({stop.name for stop in promises_of_a_manager()}) == len(paths)
