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
                "An owner of the console, who may do everything.", "控制台所有者，可做一切操作。"
            ),
        ),
    ] = False,
    role: Annotated[
        list[str] | None,
        typer.Option(
            help=say(
                "A role in the console: owner, finance, service, merchandiser or auditor; may be "
                "given more than once. Without one they act for the merchants that name them.",
                "控制台角色：owner、finance、service、merchandiser 或 auditor，可多次给出。"
                "没有角色的人只代表把其列为员工的商家。",
            )
        ),
    ] = None,
) -> None:
    """Make someone staff, and print the password for their first visit."""
    serve.set_up()
    from patronage.members.models import Role
    from patronage.web.shared import staff

    asked = [*(role or ()), *([Role.OWNER.value] if operator else ())]
    unknown = [one for one in asked if one not in Role.values]
    if unknown:
        fail(
            f"there is no role {unknown[0]!r}; the roles are {', '.join(Role.values)}.",
            f"没有角色 {unknown[0]!r}；角色有：{'、'.join(Role.values)}。",
        )
    with in_words():
        answer = staff.appoint(email=email, name=name, given=[Role(one) for one in asked])
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
