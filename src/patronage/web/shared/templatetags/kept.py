"""Parts of a page that are the same for everybody, drawn once."""

from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.loader_tags import BlockNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


class KeptNode(Node):
    """What stands in it, once for each language and each value of the words after `kept`."""

    def __init__(self, nodelist: NodeList, by: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self._by = by
        self._drawn: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: Any) -> SafeString:
        """Return what was drawn before, or draw."""
        key = (get_language(), *(one.resolve(context) for one in self._by))
        drawn = self._drawn.get(key)
        if drawn is None:
            drawn = self._drawn[key] = self.nodelist.render(context)
        return drawn


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """Draw once what depends on nothing but the language and the words given: `{% kept tab %}`.

    The words must have few values, as each is kept for good. A block cannot stand inside, since
    every page that fills it would be shown the first one's.
    """
    by = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(BlockNode):
        raise template.TemplateSyntaxError("A block cannot stand inside `kept`.")
    return KeptNode(nodelist, by)
