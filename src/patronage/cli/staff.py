"""`patronage appoint`, `renew`: who works in the console, and how they get in."""

from typing import TYPE_CHECKING, Annotated

import typer

from patronage.cli import serve, show
from patronage.cli.database import in_words
from patronage.cli.words import fail, say

if TYPE_CHECKING:
    from patronage.web.shared.staff import Access, StaffRefusal

Email = Annotated[str, typer.Argument(help=say("The e-mail address.", "电子邮箱。"))]


def appoint(
    email: Email,
    *,
    name: Annotated[str, typer.Option(help=say("The name.", "姓名。"))] = "",
    operator: Annotated[
        bool,
        typer.Option(
            "--operator",
            help=say(
                "May do everything; others act for the merchants that name them.",
                "可做一切操作；其他人只代表把其列为员工的商家。",
            ),
        ),
    ] = False,
) -> None:
    """Make someone staff, and print the password for their first visit."""
    serve.set_up()
    from patronage.web.shared import staff

    with in_words():
        answer = staff.appoint(email=email, name=name, is_operator=operator)
    _tell(answer, email)


def renew(email: Email) -> None:
    """Give someone of the staff a new password, and let them set up their app anew."""
    serve.set_up()
    from patronage.web.shared import staff

    with in_words():
        answer = staff.renew(email=email)
    _tell(answer, email)


def _tell(answer: "Access | StaffRefusal", email: str) -> None:
    from patronage.web.shared.staff import Access, StaffRefusal

    if answer is StaffRefusal.BAD_EMAIL:
        fail(
            f"{email!r} is no e-mail address; write it like name@example.com.",
            f"{email!r} 不是电子邮箱；请写成 name@example.com 的样子。",
        )
    if answer is StaffRefusal.EMAIL_TAKEN:
        fail(
            f"{email} is there already; `patronage renew {email}` gives a new password.",
            f"{email} 已存在；用 `patronage renew {email}` 重置密码。",
        )
    if not isinstance(answer, Access):
        fail(
            f"nobody of the staff has the address {email}; `patronage appoint` adds them.",
            f"员工中没有 {email}；用 `patronage appoint` 添加。",
        )
    rows = [
        (say("sign in at", "登录地址"), "/staff/sign-in/"),
        (say("e-mail", "电子邮箱"), answer.person.email or ""),
        (say("password", "密码"), answer.password),
    ]
    show.table(say("Shown once", "仅显示这一次"), ("", ""), rows)
    show.paragraph(
        say(
            "At the first visit an authenticator app is set up; then change the password.",
            "首次登录时设置动态验证码应用，随后请修改密码。",
        )
    )
