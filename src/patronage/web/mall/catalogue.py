"""Looking around: home, categories, search, a product."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patronage.commerce import catalogue, frontpage
from patronage.commerce.catalogue import Sorting
from patronage.commerce.models import Category
from patronage.web.shared.requests import Request

_ANNOUNCED = 10


@require_safe
def home(request: Request) -> HttpResponse:
    """Show the first page: categories, and what sells most."""
    if request.htmx:
        return _more(request, _page(request))
    shelves = [shelf for shelf in catalogue.categories() if shelf.parent_id is None]
    return render(
        request,
        "mall/home.html",
        {
            "tab": "home",
            "shelves": shelves,
            "page": _page(request),
            "banners": frontpage.banners(),
            "announcement": frontpage.latest(),
        },
    )


@require_safe
def announcements(request: Request) -> HttpResponse:
    """Show what the operator announced, the newest first."""
    page = Paginator(frontpage.announcements(), _ANNOUNCED).get_page(request.GET.get("page"))
    return render(request, "mall/announcements.html", {"tab": "home", "page": page})


@require_safe
def categories(request: Request, id: int | None = None) -> HttpResponse:
    """Show the categories, and the products of one of them, the first unless told otherwise."""
    everything = catalogue.categories()
    shelves = [shelf for shelf in everything if shelf.parent_id is None]
    here = next((shelf for shelf in everything if shelf.id == id), None)
    if id is None:
        here = shelves[0] if shelves else None
    elif here is None:
        raise Http404
    page = _page(request, category=here)
    if request.htmx:
        return _more(request, page)
    top = here.parent_id or here.id if here else None
    return render(
        request,
        "mall/categories.html",
        {
            "tab": "categories",
            "shelves": shelves,
            "inner": [shelf for shelf in everything if top and shelf.parent_id == top],
            "here": here,
            "top": top,
            "page": page,
            "sorting": _sorting(request),
        },
    )


@require_safe
def search(request: Request) -> HttpResponse:
    """Show the products in which a text is found."""
    query = request.GET.get("q", "").strip()[:40]
    page = _page(request, query=query) if query else None
    if request.htmx and page:
        return _more(request, page)
    return render(
        request, "mall/search.html", {"q": query, "page": page, "sorting": _sorting(request)}
    )


def _sorting(request: Request) -> Sorting:
    """Return the order asked for; what is none of ours is the usual one."""
    asked = request.GET.get("sorting")
    return Sorting(asked) if asked in set(Sorting) else Sorting.SOLD


def _page(request: Request, *, category: Category | None = None, query: str = "") -> catalogue.Page:
    return catalogue.browse(
        category=category,
        query=query,
        sorting=_sorting(request),
        after=request.GET.get("after"),
    )


def _more(request: Request, page: catalogue.Page) -> HttpResponse:
    """Send the cards alone, to be put after those already shown."""
    return render(request, "mall/cards.html", {"page": page})
