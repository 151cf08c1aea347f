"""One command, `patronage`, that calls the library."""

import io
import sys

import typer

from patronage.cli import (
    accounts,
    attack,
    audit,
    backtest,
    backups,
    bench,
    check,
    days,
    demo,
    disclose,
    doctor,
    economies,
    exports,
    imports,
    inbox,
    log,
    proofs,
    replay,
    serve,
    simulate,
    staff,
    witnesses,
)
from patronage.cli.words import say

app = typer.Typer(
    name="patronage",
    help=say(
        "Patronage 惠顾: orders fill a reserve, shoppers hold points priced at their share of it.",
        "Patronage 惠顾：订单充实底池，购物者持有按底池份额定价的积分。",
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# In the order of the help, under its headings.
_COMMANDS = {
    say("Try a charter", "试用章程"): (
        (
            "demo",
            demo.demo,
            "Invent a year of orders, settle it in a ledger, and leave everything in ./demo.",
            "生成一年的订单，入账到总账，并把全部文件留在 ./demo。",
        ),
        (
            "check",
            check.check,
            "Judge a charter by reasoning: exit code 0 sound, 1 with warnings, 2 refused.",
            "用推理评判一份章程：退出码 0 稳健，1 有警告，2 被拒绝。",
        ),
        (
            "backtest",
            backtest.backtest,
            "Run a shop's past orders through a charter and show what would have come of them.",
            "把商城过去的订单按章程运行一遍，看看会得到什么。",
        ),
        (
            "simulate",
            simulate.simulate,
            "Run a scenario's assumed years through a charter, and show who pays and who gets.",
            "把情景所假设的年份按章程运行，看看谁付出、谁得到。",
        ),
        (
            "attack",
            attack.attack,
            "Search for events that break a promise or pay too much: exit code 1 if any are found.",
            "搜索会打破承诺或多付的事件序列：有发现时退出码为 1。",
        ),
        (
            "replay",
            replay.replay,
            "Apply a file of events to a charter and print the final state as one JSON object.",
            "把事件文件作用于章程，并以一个 JSON 对象输出最终状态。",
        ),
    ),
    say("Run an economy", "运行经济体"): (
        (
            "open",
            economies.open_,
            "Open an economy in the database, under a charter with a founding.",
            "在数据库中按一份有创始储备的章程开设经济体。",
        ),
        (
            "import",
            imports.import_,
            "Import a shop's export into an economy; only what is new is added.",
            "把商城导出的订单导入经济体；只增加新的内容。",
        ),
        (
            "submit",
            inbox.submit,
            "Submit a file of events to an economy; the same events again add nothing.",
            "向经济体提交事件文件；重复提交同样的事件不会增加任何东西。",
        ),
        (
            "settle",
            inbox.settle,
            "Settle what was submitted, in batches; exit code 3 if an invariant is broken.",
            "把已提交的事件批量入账；不变式被破坏时退出码为 3。",
        ),
        (
            "close-day",
            days.close_day,
            "Close a day that has ended, and the days missed before it.",
            "日结已结束的一天，并补上此前遗漏的日子。",
        ),
        ("status", economies.status, "Show an economy.", "查看经济体。"),
        (
            "account",
            accounts.account,
            "Show an account, and what settling and redeeming would bring.",
            "查看账户，以及结清与卖出会得到什么。",
        ),
        (
            "statement",
            accounts.statement,
            "Show what moved an account, the newest first, a page at a time.",
            "查看账户的变动，最近的在前，逐页列出。",
        ),
    ),
    say("Prove it, take it elsewhere, mend it", "核验、导出、排障"): (
        (
            "verify",
            economies.verify,
            "Rebuild an economy from its journal and compare: exit code 1 if anything differs.",
            "由日记账重建经济体并比较：有差异时退出码为 1。",
        ),
        (
            "disclose",
            disclose.disclose,
            "Write what the journal says of who paid whom: a sheet for members, a report.",
            "按日记账写出谁付给谁：给会员的一页说明，以及报告。",
        ),
        (
            "export",
            exports.export,
            "Write an economy's journal for other programs.",
            "把经济体的日记账导出给其他程序。",
        ),
        (
            "set-aside",
            inbox.set_aside,
            "Move the event that breaks an invariant out of the inbox into a file.",
            "把破坏不变式的事件从收件箱移到文件中。",
        ),
        (
            "bench",
            bench.bench,
            "Measure how fast the database is, in an economy that is removed again.",
            "测量数据库的速度；所用的经济体随后删除。",
        ),
    ),
    say("Let others check it", "供他人核验"): (
        (
            "log-key",
            log.log_key,
            "Make the key of a public log in a new file, and print its public half.",
            "生成公开日志的密钥文件，并输出公钥。",
        ),
        (
            "publish",
            log.publish,
            "Publish an economy's journal as a log; exit code 3 if it would not continue it.",
            "把经济体的日记账公布为日志；若不能接续已公布内容则以退出码 3 结束。",
        ),
        (
            "audit",
            audit.audit,
            "Replay a public log, trusting nobody: exit code 1 if anything is wrong.",
            "无需信任任何人地重放公开日志：有错误时退出码为 1。",
        ),
        (
            "copy-log",
            log.copy_log,
            "Copy the public log to an S3-compatible bucket, the checkpoint last.",
            "把公开日志复制到 S3 兼容的存储桶，检查点最后写入。",
        ),
        (
            "witness-push",
            witnesses.witness_push,
            "Have witnesses cosign the log's checkpoint: exit code 1 if any did not.",
            "请见证人联署日志的检查点：有未联署者时退出码为 1。",
        ),
        (
            "prove-account",
            proofs.prove_account,
            "Write a proof of what an account counts for in the public log.",
            "生成某账户在公开日志中余额与记录的证明文件。",
        ),
        (
            "check-proof",
            proofs.check_proof,
            "Check a proof of an account and say what is proved: exit code 1 if nothing is.",
            "核验账户证明并说明证明了什么：不成立时退出码为 1。",
        ),
    ),
    say("Run the mall", "运行商城"): (
        (
            "serve",
            serve.serve,
            "Run the mall: web, settler and jobs as one command, until interrupted.",
            "运行商城：网页、入账与后台任务合为一条命令，直到被中断。",
        ),
        (
            "web",
            serve.web,
            "Serve the mall's pages alone, as one part of a mall in production.",
            "只提供商城网页，作为生产环境中的一部分。",
        ),
        (
            "appoint",
            staff.appoint,
            "Add someone to the mall's staff.",
            "添加商城员工。",
        ),
        (
            "renew",
            staff.renew,
            "Let someone of the staff in again who lost their password or phone.",
            "为丢失密码或手机的员工重置登录。",
        ),
        (
            "work",
            serve.work,
            "Run the mall's jobs alone, as one part of a mall in production.",
            "只运行商城的后台任务，作为生产环境中的一部分。",
        ),
        (
            "prepare",
            serve.prepare,
            "Create the tables and the pages' files, or bring them up to this version.",
            "建立数据表与页面文件，或更新到此版本。",
        ),
        (
            "doctor",
            doctor.doctor,
            "Say what is well and what is not: exit code 0 well, 1 with warnings, 2 with faults.",
            "检查安装状况：退出码 0 良好，1 有警告，2 有错误。",
        ),
        (
            "backup",
            backups.backup,
            "Write the whole database and the pictures into one file, while the mall runs on.",
            "把整个数据库和图片写入一个文件；商城照常运行。",
        ),
        (
            "restore",
            backups.restore,
            "Fill an empty database and picture folder from a backup, and verify every economy.",
            "由备份填充空的数据库和图片文件夹，并核验每个经济体。",
        ),
    ),
}
for heading, commands in _COMMANDS.items():
    for name, function, english, chinese in commands:
        app.command(name=name, help=say(english, chinese), rich_help_panel=heading)(function)


def main() -> None:
    """Run the command."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a sign shows a question mark for it.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()
