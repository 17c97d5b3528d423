"""How borrowed words are found."""

from tools.own_words import RUN, runs

SENTENCE = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来"


def test_punctuation_and_line_breaks_do_not_hide_a_run() -> None:
    plain = [run for _, run in runs(SENTENCE)]
    spaced = [run for _, run in runs("，\n ".join(SENTENCE))]
    assert (len(plain), spaced) == (len(SENTENCE) - RUN + 1, plain)


def test_letters_and_digits_end_a_run() -> None:
    assert list(runs(SENTENCE[:9] + "A1" + SENTENCE[9:])) == []


def test_a_finding_names_the_line_where_the_run_ends() -> None:
    assert [line for line, _ in runs("\n\n" + SENTENCE[:RUN])] == [3]
