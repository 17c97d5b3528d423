"""How words to translate are found, and how Chinese is checked against them."""

from tools.translations import Words, _placeholders_agree, words_in_python, words_in_template


def test_every_way_to_mark_words_in_a_template_is_found() -> None:
    source = """{% load i18n %}
      <p title="{% translate "Due" context "clock" %}">{% translate 'It''s late' %}</p>
        {% blocktranslate with name=x trimmed %}
          Dear {{ name }},
          hello
        {% endblocktranslate %}
    {% blocktranslate count n=total %}{{ n }} case{% plural %}{{ n }} cases{% endblocktranslate %}
    {{ value|default:_("none") }}"""
    assert set(words_in_template(source.replace("It''s", "It is"))) == {
        Words("Due", context="clock"),
        Words("It is late"),
        Words("Dear %(name)s, hello"),
        Words("%(n)s case", plural="%(n)s cases"),
        Words("none"),
    }


def test_every_way_to_mark_words_in_python_is_found() -> None:
    source = '[_("one " "piece"), ngettext_lazy("a", "b", n), pgettext("where", "here"), _(variable)]'
    assert set(words_in_python(source)) == {
        Words("one piece"),
        Words("a", plural="b"),
        Words("here", context="where"),
    }


def test_a_translation_must_keep_the_placeholders() -> None:
    words = Words("one case", plural="%(n)s cases")
    assert [_placeholders_agree(words, each) for each in ("%(n)s 个工单", "%(m)s 个工单")] == [True, False]
