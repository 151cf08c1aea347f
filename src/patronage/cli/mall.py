"""The demonstration mall, as who starts it sees it."""

import sys
from pathlib import Path

from django.conf import settings

from patronage.cli import show
from patronage.cli.disclose import write_from_journal
from patronage.cli.documents import Wanted
from patronage.cli.words import say
from patronage.web import demo


def prepare(address: str, ready: Path) -> None:
    """Make the demonstration if need be; print addresses and logins.

    The file `ready` says that it was made to its end.
    """
    if not ready.exists():
        show.paragraph(
            say(
                "Making a demonstration mall: a wine estate, two merchants, 320 members, a year "
                "of orders lived day by day. This takes a minute or two, once.",
                "正在准备演示商城：一家酒庄、两位商家、320 位会员，逐日经历一年的订单。"
                "只需一次，约一两分钟。",
            )
        )
    logins = demo.prepare(_tell)
    if not ready.exists():
        sheets = Path(settings.SHEETS)
        wanted = Wanted(report=None, data=None, parquet=False, sheet=sheets, language=None)
        write_from_journal(settings.ECONOMY, wanted)
    ready.touch()
    rows = [
        (say("the mall", "商城"), address),
        (
            say("sign in as a member", "会员登录"),
            say(f"{logins.phone}, or any phone", f"{logins.phone}，或任意手机号"),
        ),
        (say("that member's pay PIN", "该会员的支付密码"), logins.pin),
        (say("all codes", "各种验证码"), f"{address}/dev/inbox/"),
        (say("move its clock on", "拨快时钟"), f"{address}/dev/clock/"),
        (say("the back office", "管理后台"), f"{address}/console/"),
        (say("its operator", "运营账号"), f"{logins.operator} / {logins.password}"),
        (say("a merchant's back office", "商家后台"), f"{address}/merchant/"),
        (say("its cash desk", "收银台"), f"{address}/desk/"),
        (say("a merchant's clerk", "商家账号"), f"{logins.clerk} / {logins.password}"),
    ]
    show.table(say("The mall is open", "商城已开张"), ("", ""), rows)
    show.paragraph(
        say(
            "All of it is invented and stays in ./demo; delete that folder to begin anew. "
            "Payments are played by a test provider. Stop with Ctrl-C.",
            "以上皆为虚构，保存在 ./demo；删除该文件夹即可重新开始。"
            "支付由测试渠道模拟。按 Ctrl-C 停止。",
        )
    )


def _tell(day: int, days: int) -> None:
    end = "\n" if day == days else "\r"
    if end == "\n" or sys.stderr.isatty():
        sys.stderr.write(say(f"day {day} of {days}", f"第 {day} 天，共 {days} 天") + end)
        sys.stderr.flush()
