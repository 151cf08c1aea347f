"""Looking for products, on both databases."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from patronage.commerce import catalogue, listing, search
from patronage.commerce.catalogue import Sorting
from patronage.commerce.models import Category, SearchWord
from tests.integration.commerce.play import Mall


def found(query: str) -> list[str]:
    return [product.name for product in catalogue.browse(query=query).products]


def test_words_of_two_characters_are_found(mall: Mall) -> None:
    mall.sku(name="赤霞珠干红葡萄酒", name_en="Cabernet Sauvignon", summary="果香浓郁")
    mall.sku(name="水晶红酒杯", name_en="Crystal wine glass")
    assert found("红酒") == ["水晶红酒杯", "赤霞珠干红葡萄酒"]  # the second by its category
    assert found("葡萄") == ["赤霞珠干红葡萄酒"]
    assert found("酒杯") == ["水晶红酒杯"]
    assert found("果香") == ["赤霞珠干红葡萄酒"]
    assert found("珠") == ["赤霞珠干红葡萄酒"]
    assert found("葡萄 cab") == ["赤霞珠干红葡萄酒"]
    assert found("GLASS") == ["水晶红酒杯"]
    assert found("白酒") == found("葡萄杯") == found("！") == found("abernet") == []
    assert len(found("  ")) == 2


def test_search_follows_the_product(mall: Mall) -> None:
    product = mall.sku(name="解百纳").product
    product.name = "美乐"
    product.save()
    listing.list_product(product=product)
    assert found("美乐") == ["美乐"]
    assert found("百纳") == []
    listing.unlist_product(product=product)
    assert found("美乐") == []
    assert catalogue.skus_of(product.id) == []
    assert SearchWord.objects.filter(product=product, word="百纳").count() == 0


def test_search_follows_what_a_product_belongs_to(mall: Mall) -> None:
    merchant = mall.merchant(name="云岭茶庄")
    for number in range(3):
        mall.sku(merchant=merchant, name=f"普洱{number}")
    hidden = mall.sku(merchant=merchant, name="停售").product
    listing.unlist_product(product=hidden)
    merchant.name = "高山茶行"
    merchant.save()
    with CaptureQueriesContext(connection) as queries:
        search.index_all(merchant.products.all())
    assert len(queries) <= 8
    assert len(found("高山")) == 3
    assert found("云岭") == []
    assert SearchWord.objects.filter(product=hidden, word="高山").count() == 0
    listing.list_product(product=hidden)
    assert len(found("高山")) == 4


@pytest.mark.parametrize(
    ("sorting", "prices"),
    [
        (Sorting.PRICE, [1, 2, 2, 3, 5]),
        (Sorting.PRICE_DOWN, [5, 3, 2, 2, 1]),
        (Sorting.NEWEST, [2, 5, 1, 2, 3]),
    ],
)
def test_pages_hold_each_product_once_in_order(
    mall: Mall, sorting: Sorting, prices: list[int]
) -> None:
    for price in (3, 2, 1, 5, 2):
        mall.sku(price, name=f"p{price}")
        mall.time.pass_by(minutes=1)
    seen, after = [], None
    while True:
        page = catalogue.browse(sorting=sorting, after=after, limit=2)
        seen += page.products
        after = page.after
        if after is None:
            break
    assert [product.price_minor for product in seen] == prices
    assert len({product.id for product in seen}) == 5


def test_what_sells_stands_first(mall: Mall) -> None:
    mall.sku(name="少")
    sku = mall.sku(name="多")
    mall.sku(name="无")
    mall.pay(mall.place(mall.person(), (sku, 3)))
    assert [product.name for product in catalogue.browse().products] == ["多", "无", "少"]


def test_a_category_holds_its_childrens_products(mall: Mall) -> None:
    child = Category.objects.create(name="波尔多", parent=mall.category)
    sku = mall.sku(name="里")
    sku.product.category = child
    sku.product.save()
    other = Category.objects.create(name="杯")
    names = [product.name for product in catalogue.browse(category=mall.category).products]
    assert names == ["里"]
    assert catalogue.browse(category=other).products == []
    assert catalogue.browse(merchant_id=mall.house.id).products[0].name == "里"
    assert catalogue.browse(merchant_id=mall.house.id + 1).products == []


@pytest.mark.parametrize("after", ["", "x", "0", "-1", "9" * 30, "²"])
def test_a_page_after_nothing_begins_at_the_start(mall: Mall, after: str) -> None:
    mall.sku()
    assert len(catalogue.browse(after=after).products) == 1


def test_a_list_takes_two_queries_and_a_product_three(mall: Mall) -> None:
    skus = [mall.sku(name=f"红酒{n}") for n in range(5)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for product in catalogue.browse(query="红酒").products:
            assert product.merchant.name
            assert list(product.pictures.all()) == []
    assert len(queries) == 2
    with CaptureQueriesContext(connection) as queries:
        (sku,) = catalogue.skus_of(skus[0].product_id)
        assert sku.product.merchant.name
        assert getattr(sku.product.merchant, "freight_rule", None) is None
    assert len(queries) == 1


def test_content_is_shown_in_the_active_language(mall: Mall) -> None:
    product = mall.sku(name="红酒", name_en="Wine", summary="好").product
    with override("en"):
        assert (product.shown_name, product.shown_summary) == ("Wine", "好")
    with override("zh-hans"):
        assert product.shown_name == "红酒"
