"""What the demonstration mall sells, and who sells it. Prices are in minor units (分)."""

from typing import Final, Literal, NamedTuple

from patronage.commerce.supplying import Terms
from patronage.web.demo import art
from patronage.web.demo.art import Drawing, Palette

Text = tuple[str, str]
"""The same in Chinese and in English."""

_WINE = Palette("#f3e7e2", "#5b1626", "#a8445a", "#b98a3e")
_RUBY = Palette("#f6ebe4", "#7a1f2d", "#c25a68", "#2f2a28")
_DARK = Palette("#efe6ea", "#3a1224", "#84415f", "#8c7a4f")
_WHITE = Palette("#f1f0e4", "#8a8a4a", "#d6d39a", "#b98a3e")
_ROSE = Palette("#f9ebea", "#c46a73", "#eeb2b4", "#7d3b44")
_GREEN = Palette("#e7eee3", "#3f6b4a", "#9bc08f", "#c9a24b")
_AMBER = Palette("#f4ebde", "#8a5a2b", "#d9a869", "#4c5b3c")
_LAKE = Palette("#e6eef3", "#3d6180", "#a9cbe0", "#5f8a62")
_SUPPER = Palette("#f0ece4", "#a3522f", "#e0a27c", "#5d7a4a")


class Seller(NamedTuple):
    """A merchant; the house has no concession."""

    key: str
    name: Text
    concession_percent: int | None


class Ware(NamedTuple):
    """A product: its kinds are (name, price, cost)."""

    seller: str
    category: str
    name: Text
    summary: Text
    delivery: Literal["ship", "code", "none"]
    drawing: Drawing
    palette: Palette
    kinds: tuple[tuple[Text, int, int], ...]


class Front(NamedTuple):
    """A storefront: its items are (product, what it is called there, price); none: not accepted."""

    title: str
    intro: str
    plan: str
    drawing: Drawing
    palette: Palette
    items: tuple[tuple[str, str, int], ...]


SELLERS: Final = (
    Seller("house", ("丹砂酒庄", "Cinnabar Estate"), None),
    Seller("tea", ("山间茶事", "Hillside Tea"), 20),
    Seller("lake", ("湖畔小馆", "Lakeside House"), 15),
)

CATEGORIES: Final[dict[str, Text]] = {
    "red": ("红酒", "Red wine"),
    "white": ("白与桃红", "White and rosé"),
    "gift": ("礼盒与器具", "Gifts and glasses"),
    "tea": ("茶", "Tea"),
    "table": ("餐饮", "Meals"),
    "stay": ("住宿", "Stays"),
}

_BOTTLE: Text = ("单瓶 750 毫升", "One bottle, 750 ml")
_CASE: Text = ("整箱 6 瓶", "Case of six")
_ONE: Text = ("标准", "Standard")

WARES: Final = (
    Ware(
        "house", "red",
        ("丹砂 赤霞珠干红", "Cinnabar Cabernet Sauvignon"),
        ("贺兰山东麓，橡木桶陈酿十二个月。", "From the foot of Helan Mountain, a year in oak."),
        "ship", art.bottle, _WINE,
        ((_BOTTLE, 16_800, 7_600), (_CASE, 93_600, 43_800)),
    ),
    Ware(
        "house", "red",
        ("丹砂 美乐干红", "Cinnabar Merlot"),
        ("果味柔和，适合佐餐。", "Soft and fruity, made for the table."),
        "ship", art.bottle, _RUBY,
        ((_BOTTLE, 12_800, 5_900), (_CASE, 70_800, 34_200)),
    ),
    Ware(
        "house", "red",
        ("丹砂 马瑟兰珍藏", "Cinnabar Marselan Reserve"),
        ("老藤低产，每年三千瓶。", "From old vines, three thousand bottles a year."),
        "ship", art.bottle, _DARK,
        ((_BOTTLE, 29_800, 13_200),),
    ),
    Ware(
        "house", "white",
        ("丹砂 霞多丽干白", "Cinnabar Chardonnay"),
        ("柑橘与白花，清爽干净。", "Citrus and white flowers, clean and fresh."),
        "ship", art.bottle, _WHITE,
        ((_BOTTLE, 11_800, 5_200), (_CASE, 64_800, 30_600)),
    ),
    Ware(
        "house", "white",
        ("丹砂 桃红", "Cinnabar Rosé"),
        ("夏日冰镇饮用。", "To be drunk cold in summer."),
        "ship", art.bottle, _ROSE,
        ((_BOTTLE, 9_900, 4_300),),
    ),
    Ware(
        "house", "gift",
        ("双支礼盒", "Gift box of two"),
        ("赤霞珠与马瑟兰各一支，木盒装。", "A Cabernet and a Marselan in a wooden box."),
        "ship", art.pair, _WINE,
        ((_ONE, 48_800, 22_400),),
    ),
    Ware(
        "house", "gift",
        ("水晶红酒杯一对", "Two crystal glasses"),
        ("无铅水晶，杯身轻薄。", "Lead-free crystal, thin and light."),
        "ship", art.glass, _RUBY,
        ((_ONE, 15_800, 6_800),),
    ),
    Ware(
        "tea", "tea",
        ("明前绿茶", "Early spring green tea"),
        ("清明前采摘，当年新茶。", "Picked before Qingming, this year's leaves."),
        "ship", art.tin, _GREEN,
        ((("罐装 100 克", "Tin, 100 g"), 16_000, 0), (("罐装 250 克", "Tin, 250 g"), 36_800, 0)),
    ),
    Ware(
        "tea", "tea",
        ("陈年白茶", "Aged white tea"),
        ("五年陈，紧压小饼。", "Five years old, pressed into small cakes."),
        "ship", art.cup, _AMBER,
        ((("小饼 10 枚", "Ten cakes"), 12_800, 0),),
    ),
    Ware(
        "tea", "tea",
        ("桂花乌龙", "Osmanthus oolong"),
        ("秋桂窨制，冷泡亦佳。", "Scented with autumn osmanthus, good cold too."),
        "ship", art.tin, _AMBER,
        ((("罐装 120 克", "Tin, 120 g"), 8_800, 0),),
    ),
    Ware(
        "lake", "table",
        ("湖鲜双人晚餐", "Lake supper for two"),
        ("到店出示兑换码使用，周末通用。", "Show the code at the counter, weekends included."),
        "code", art.dish, _SUPPER,
        ((_ONE, 26_800, 0),),
    ),
    Ware(
        "lake", "table",
        ("工作日午市套餐", "Weekday lunch"),
        ("周一至周五可用，含例汤。", "Monday to Friday, soup included."),
        "code", art.dish, _GREEN,
        ((_ONE, 5_800, 0),),
    ),
    Ware(
        "lake", "stay",
        ("湖景房一晚", "A night with a view of the lake"),
        ("含双早，提前三天预约。", "Breakfast for two; book three days ahead."),
        "code", art.room, _LAKE,
        ((_ONE, 58_800, 0), (("周末", "Weekend"), 76_800, 0)),
    ),
)  # fmt: skip

LEVELS: Final = (
    ("品鉴", "Taster", 0, "", ""),
    ("窖藏", "Cellar", 100, "", ""),
    (
        "庄友",
        "Friend of the estate",
        400,
        "新酒优先预订。\n每年一次庄园品鉴。",
        "New wines reserved before others.\nA tasting at the estate once a year.",
    ),
)
"""Chinese, English, from so many points, and what it brings to a partner, who it makes."""

REWARDS: Final = (
    (1, 1, "庄园住宿一晚", "A night at the estate"),
    (2, 3, "珍藏一支", "A bottle of the reserve"),
    (4, 10, "双人品鉴券", "A tasting for two"),
)
"""From place, to place, Chinese, English."""

NEWS: Final = (
    ("客服时间：每日九点至十八点", "Our service is there from nine to six"),
    (
        "发货、退货、发票和积分的问题，请在每日九点至十八点联系客服。",
        "Ask us about parcels, returns, invoices and points from nine to six on every day.",
    ),
)
"""Title and text, Chinese and English."""

APPLICANT: Final = {
    "name": "溪山瓷器",
    "company": "溪山瓷业有限公司",
    "licence": "91330000000000009X",
    "contact": "王芳",
    "phone": "13700137000",
    "email": "china@example.com",
    "goods": "手工茶具、花器。",
}
"""A company that waits for an answer."""

OFFERS: Final = (
    ("丹砂 赤霞珠干红", 3, Terms(15_800, 16_200, 19_800)),
    ("丹砂 美乐干红", 3, Terms(12_200, 12_500, 15_800)),
    ("明前绿茶", 6, Terms(13_600, 14_000, 19_800)),
)
"""What may be distributed: a product's first SKU, its commission in percent, the terms."""

STOREFRONTS: Final = (
    Front(
        "小酌时光", "下班后的一杯，贺兰山的风土。", "公司附近的两个团购群，约三百人。",
        art.bottle, _RUBY,
        (
            ("丹砂 赤霞珠干红", "下班来一杯 · 赤霞珠", 17_800),
            ("丹砂 美乐干红", "火锅绝配 · 美乐", 13_900),
        ),
    ),
    Front(
        "山野茶话", "每年清明，只卖一款新茶。", "茶友读书会，每周一次线下活动。",
        art.tin, _GREEN,
        (
            ("明前绿茶", "明前头采 100 克", 16_800),
            ("丹砂 美乐干红", "配奶酪的美乐", 14_500),
        ),
    ),
    Front("城南小铺", "街坊邻居的日常好物。", "小区业主群。", art.tin, _AMBER, ()),
)  # fmt: skip
