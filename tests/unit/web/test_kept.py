"""Parts of a page that are drawn once: by language, by the words given, never with a block."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils.translation import override


def drawn(template: Template, **values: object) -> str:
    return template.render(Context(values))


def test_it_is_drawn_once_for_each_value_of_its_words() -> None:
    template = Template("{% load kept %}{% kept tab %}{{ tab }}{{ seen }}{% endkept %}")
    assert drawn(template, tab="home", seen=1) == "home1"
    assert drawn(template, tab="home", seen=2) == "home1"
    assert drawn(template, tab="cart", seen=3) == "cart3"


def test_each_language_has_its_own() -> None:
    template = Template("{% load kept i18n %}{% kept %}{% translate 'Cart' %}{% endkept %}")
    with override("zh-hans"):
        assert drawn(template) == "购物车"
    with override("en"):
        assert drawn(template) == "Cart"


def test_a_block_cannot_stand_inside() -> None:
    with pytest.raises(TemplateSyntaxError, match="block"):
        Template("{% load kept %}{% kept %}{% block title %}{% endblock %}{% endkept %}")
