"""Pictures of the demonstration's products, drawn from a few shapes."""

from collections.abc import Callable
from typing import Final, NamedTuple

SIZE: Final = 480


class Palette(NamedTuple):
    """The colours of one picture: behind, the thing itself, its light side, its mark."""

    ground: str
    body: str
    light: str
    mark: str


Drawing = Callable[[Palette], str]


def picture(drawing: Drawing, palette: Palette) -> str:
    """Return a square SVG picture."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" '
        f'width="{SIZE}" height="{SIZE}">'
        f'<rect width="{SIZE}" height="{SIZE}" fill="{palette.ground}"/>'
        f'<ellipse cx="240" cy="412" rx="150" ry="16" fill="#000" opacity=".12"/>'
        f"{drawing(palette)}</svg>"
    )


def bottle(palette: Palette) -> str:
    """Draw a wine bottle with a plain label."""
    _, body, light, mark = palette
    return (
        f'<path d="M216 60h48v86c0 26 42 34 42 82v162a22 22 0 0 1-22 22h-88a22 22 0 0 1-22-22V228'
        f'c0-48 42-56 42-82z" fill="{body}"/>'
        f'<rect x="212" y="52" width="56" height="44" rx="6" fill="{mark}"/>'
        f'<path d="M188 236c0-34 26-44 38-66v232h-22a16 16 0 0 1-16-16z" fill="{light}" '
        'opacity=".35"/>'
        '<rect x="174" y="258" width="132" height="104" fill="#f8f3e8"/>'
        f'<circle cx="240" cy="296" r="20" fill="none" stroke="{mark}" stroke-width="5"/>'
        f'<path d="M206 334h68M218 346h44" stroke="{body}" stroke-width="4"/>'
    )


def pair(palette: Palette) -> str:
    """Draw two bottles in a box."""
    _, body, _, mark = palette
    small = bottle(palette)
    return (
        f'<g transform="translate(-34 20) scale(.9)">{small}</g>'
        f'<g transform="translate(82 20) scale(.9)">{small}</g>'
        f'<path d="M92 300h296v104a8 8 0 0 1-8 8H100a8 8 0 0 1-8-8z" fill="{mark}"/>'
        f'<path d="M92 300h296v22H92z" fill="{body}" opacity=".5"/>'
    )


def glass(palette: Palette) -> str:
    """Draw a glass half full."""
    _, body, light, mark = palette
    return (
        '<path d="M164 88h152c8 96-14 152-66 160v130h52v18H178v-18h52V248c-52-8-74-64-66-160z" '
        f'fill="#fff" opacity=".75" stroke="{mark}" stroke-width="5"/>'
        f'<path d="M172 152h136c-6 54-28 84-68 84s-62-30-68-84z" fill="{body}"/>'
        f'<ellipse cx="240" cy="152" rx="68" ry="12" fill="{light}"/>'
    )


def tin(palette: Palette) -> str:
    """Draw a tea tin with a leaf."""
    _, body, light, mark = palette
    return (
        f'<rect x="144" y="132" width="192" height="280" rx="14" fill="{body}"/>'
        f'<rect x="136" y="104" width="208" height="56" rx="12" fill="{mark}"/>'
        f'<rect x="164" y="160" width="26" height="252" fill="{light}" opacity=".35"/>'
        '<circle cx="240" cy="286" r="70" fill="#f8f3e8"/>'
        f'<path d="M208 318c-6-52 22-72 66-72 2 48-18 76-66 72zm0 0 44-48" fill="none" '
        f'stroke="{body}" stroke-width="7" stroke-linejoin="round"/>'
    )


def cup(palette: Palette) -> str:
    """Draw a cup of tea, steaming."""
    _, body, light, mark = palette
    return (
        f'<path d="M132 232h200v60a84 84 0 0 1-84 84h-32a84 84 0 0 1-84-84z" fill="{body}"/>'
        f'<ellipse cx="232" cy="232" rx="100" ry="20" fill="{light}"/>'
        f'<path d="M332 252c52-10 52 64-8 66" fill="none" stroke="{body}" stroke-width="16"/>'
        f'<path d="M112 396h240" stroke="{mark}" stroke-width="14" stroke-linecap="round"/>'
        f'<path d="M200 184c-18-26 18-38 0-66m62 66c-18-26 18-38 0-66" fill="none" '
        f'stroke="{mark}" stroke-width="8" stroke-linecap="round" opacity=".6"/>'
    )


def dish(palette: Palette) -> str:
    """Draw a laid table from above."""
    _, body, light, mark = palette
    return (
        '<circle cx="240" cy="248" r="136" fill="#fff"/>'
        '<circle cx="240" cy="248" r="100" fill="#f1ece2"/>'
        f'<path d="M176 262c10-56 118-62 128-6 6 44-120 62-128 6z" fill="{body}"/>'
        f'<path d="M206 240c14-18 52-22 68-6" stroke="{light}" stroke-width="10" fill="none" '
        'stroke-linecap="round"/>'
        f'<circle cx="196" cy="296" r="12" fill="{mark}"/><circle cx="284" cy="298" r="9" '
        f'fill="{mark}"/><path d="M64 140v216M416 140v216M52 140v52h24v-52" '
        f'stroke="{mark}" stroke-width="8" fill="none" stroke-linecap="round"/>'
    )


def room(palette: Palette) -> str:
    """Draw a bed under a window on a lake."""
    _, body, light, mark = palette
    return (
        f'<rect x="132" y="76" width="216" height="140" rx="8" fill="{light}"/>'
        f'<path d="M132 176c48-44 72 8 108-20s66-8 108 14v38a8 8 0 0 1-8 8H140a8 8 0 0 1-8-8z" '
        f'fill="{mark}"/><path d="M240 76v140" stroke="#fff" stroke-width="8"/>'
        f'<path d="M84 284h312a20 20 0 0 1 20 20v96H64v-96a20 20 0 0 1 20-20z" fill="{body}"/>'
        '<rect x="108" y="252" width="112" height="52" rx="18" fill="#fff"/>'
        '<rect x="260" y="252" width="112" height="52" rx="18" fill="#fff"/>'
        f'<path d="M64 344h352" stroke="{light}" stroke-width="8" opacity=".6"/>'
    )
