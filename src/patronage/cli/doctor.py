"""`patronage doctor`: is this installation fit for people's money?"""

from typing import Final

import typer

from patronage.cli import show
from patronage.cli.database import in_words
from patronage.cli.serve import set_up
from patronage.cli.words import say

# What each finding says: English, Chinese.
WORDS: Final = {
    "secret_short": (
        "PATRONAGE_SECRET_KEY has {length} characters; set it to a random text of at least {least}",
        "PATRONAGE_SECRET_KEY 只有 {length} 个字符；请设为至少 {least} 个字符的随机文本",
    ),
    "phone_key": (
        (
            "PATRONAGE_PHONE_KEY is not set, so a change of the secret key forgets former members' "
            "phones and all pay PINs; set it once, for good"
        ),
        "未设 PATRONAGE_PHONE_KEY，更换密钥后旧会员的手机号与支付密码会失效；请一次设定，不再更改",
    ),
    "keys": ("the keys are set", "密钥已设定"),
    "no_log": (
        (
            "the journal is published nowhere; make a key with `patronage log-key` and set "
            "PATRONAGE_LOG and PATRONAGE_LOG_KEY"
        ),
        "日记账未公开；请用 `patronage log-key` 生成密钥，并设 PATRONAGE_LOG、PATRONAGE_LOG_KEY",
    ),
    "log_key_missing": (
        "the log's key {file} is not there; put it back, it cannot be made again",
        "日志密钥 {file} 不存在；请放回原处，它无法重新生成",
    ),
    "log_key_open": (
        "others can read the log's key {file}; set its mode to 600",
        "他人可读日志密钥 {file}；请把权限改为 600",
    ),
    "log": ("the journal is published", "日记账已公开"),
    "any_host": (
        "PATRONAGE_HOSTS has a wildcard, so anybody's name leads here; name yours",
        "PATRONAGE_HOSTS 含通配符，任何域名都可指向这里；请写明自己的域名",
    ),
    "no_host": (
        "only this machine reaches the mall; set PATRONAGE_HOSTS to its name",
        "只有本机能访问商城；请把 PATRONAGE_HOSTS 设为其域名",
    ),
    "hosts": ("answers to {names}", "对外域名：{names}"),
    "no_https": (
        (
            "nothing in front ends TLS: what members send can be read on the way; put a proxy "
            "before it and set PATRONAGE_PROXIES"
        ),
        "前面没有终止 TLS 的代理，会员发送的内容会在途中被读取；请设代理并设定 PATRONAGE_PROXIES",
    ),
    "https": (
        "a proxy ends TLS, and cookies travel encrypted only",
        "代理终止 TLS，Cookie 只加密传输",
    ),
    "loose_policy": (
        "the content security policy is loose in {names}; take `unsafe` out",
        "内容安全策略在 {names} 处过松；请去掉 unsafe",
    ),
    "policy": ("the content security policy is strict", "内容安全策略严格"),
    "demo": (
        (
            "this is a demonstration: payments are played and codes shown to everybody; unset "
            "PATRONAGE_DEMO where money is real"
        ),
        "这是演示：支付为模拟，验证码人人可见；涉及真实资金时请取消 PATRONAGE_DEMO",
    ),
    "no_sms": (
        "no codes reach phones, so nobody can sign in; set PATRONAGE_SMS",
        "验证码无法发到手机，没有人能登录；请设定 PATRONAGE_SMS",
    ),
    "no_channel": (
        "no payment provider is connected, so orders can be paid from the wallet only",
        "没有接入支付渠道，订单只能用钱包支付",
    ),
    "company": (
        "set {names}: the law wants them at the foot of each page",
        "请设定 {names}：法律要求在每页底部公示",
    ),
    "no_issuer": (
        (
            "the issuer is not named, as the policy {policy} asks: set PATRONAGE_COMPANY and "
            "PATRONAGE_LICENCE"
        ),
        "未公示发行方，不符合政策 {policy}：请设定 PATRONAGE_COMPANY 与 PATRONAGE_LICENCE",
    ),
    "no_payout": (
        (
            "no provider stands behind {names}, so no payee is checked or paid; withdrawals wait "
            "until there is one"
        ),
        "{names} 没有接入真实渠道，收款人无法核验与打款；接入之前提现会一直等待",
    ),
    "no_owner": (
        "nobody can decide in the console; run `patronage appoint EMAIL --operator`",
        "没有人能在控制台作决定；请运行 `patronage appoint EMAIL --operator`",
    ),
    "one_decider": (
        (
            "one person alone may decide on value, so every proposal waits; give a second one the "
            "role owner or finance"
        ),
        "只有一人可决定资金事项，提案将一直等待；请再授予一人 owner 或 finance 角色",
    ),
    "deciders": (
        "two people or more may decide on value",
        "至少两人可决定资金事项",
    ),
    "sqlite_durable": (
        "SQLite waits for the disk at each commit; one machine, one disk",
        "SQLite 每次提交都等待落盘；仅限单机单盘",
    ),
    "postgresql_durable": (
        "PostgreSQL waits for its disk and a standby's at each commit",
        "PostgreSQL 每次提交都等待本机与备机落盘",
    ),
    "not_durable": (
        "{name} is {found}: what was acknowledged can be lost; set it to {wanted}",
        "{name} 为 {found}：已确认的内容可能丢失；请设为 {wanted}",
    ),
    "no_standby": (
        "no synchronous standby: with the disk goes what was acknowledged; see docs/production.md",
        "没有同步备机：磁盘损坏时已确认的内容随之丢失；见 docs/production.md",
    ),
    "no_checksums": (
        (
            "data checksums are off, so a rotten disk is not noticed; run `pg_checksums --enable` "
            "while the server is down"
        ),
        "未启用数据校验和，磁盘损坏无法察觉；请停机后运行 `pg_checksums --enable`",
    ),
    "clocks": (
        "the database's clock and this machine's are {seconds} seconds apart; keep both on NTP",
        "数据库与本机的时钟相差 {seconds} 秒；请都用 NTP 对时",
    ),
    "disk": (
        "{megabytes} MB are left on the disk; make space",
        "磁盘只剩 {megabytes} MB；请腾出空间",
    ),
    "no_backups": (
        (
            "set PATRONAGE_BACKUPS to the folder of your backups, and make one daily with "
            "`patronage backup`"
        ),
        "请把 PATRONAGE_BACKUPS 设为备份文件夹，并每日运行 `patronage backup`",
    ),
    "old_backup": (
        "the newest backup in {folder} is of {made}; make one daily with `patronage backup`",
        "{folder} 中最新的备份为 {made}；请每日运行 `patronage backup`",
    ),
    "backup": ("the newest backup is of {made}", "最新备份：{made}"),
    "tables": (
        "the tables are not of this version; run `patronage prepare`",
        "数据表与此版本不符；请运行 `patronage prepare`",
    ),
    "framework": ("{text} ({id})", "{text}（{id}）"),
    "audit": (
        "the audit log has {number:,} entries up to {hash}; note both outside the database",
        "审计日志共 {number:,} 条，末条哈希 {hash}；请在数据库之外留存",
    ),
    "audit_broken": (
        "the audit log is not as it was written from entry {number} on; stop, and find out why",
        "审计日志自第 {number} 条起与写入时不符；请停下并查明原因",
    ),
    "no_economy": (
        "there is no economy {economy}; open it with `patronage open {economy} CHARTER`",
        "没有经济体 {economy}；请用 `patronage open {economy} 章程文件` 开设",
    ),
    "zone": ("days close at midnight of {zone}", "按 {zone} 的零点日结"),
    "no_zone": (
        "the charter names no time zone, so days close at midnight of {zone}",
        "章程未写时区，按 {zone} 的零点日结",
    ),
    "days_late": (
        "{count} days are not closed, from {first} on; is `patronage work` running?",
        "自 {first} 起有 {count} 天未日结；`patronage work` 是否在运行？",
    ),
    "jobs_late": (
        "jobs are late: {names}; is `patronage work` running?",
        "任务迟延：{names}；`patronage work` 是否在运行？",
    ),
    "jobs": ("all jobs ended well lately", "各项任务近期均正常结束"),
    "alarms": (
        "{count} alarms are open; look at them in the console",
        "有 {count} 个未处理的告警；请在管理后台查看",
    ),
    "never_verified": (
        "{economy} was never verified; run `patronage verify {economy}` daily",
        "{economy} 从未核验；请每日运行 `patronage verify {economy}`",
    ),
    "verified_long_ago": (
        "{economy} was last verified on {at}; run `patronage verify {economy}` daily",
        "{economy} 上次核验为 {at}；请每日运行 `patronage verify {economy}`",
    ),
    "differs": (
        "{economy} differs from its journal ({what}, found {at}); stop, and find out why",
        "{economy} 与日记账不符（{what}，发现于 {at}）；请停下并查明原因",
    ),
    "verified": (
        "{economy}: {records:,} records verified on {at}",
        "{economy}：{at} 已核验 {records:,} 条记录",
    ),
}


def doctor() -> None:
    """Say what is well and what is not: exit code 0 well, 1 with warnings, 2 with faults."""
    set_up()
    from patronage.web.config import inspection

    marks = {
        inspection.OK: ("✓", "green"),
        inspection.WARNING: ("!", "yellow"),
        inspection.FAULT: ("✗", "bold red"),
    }
    with in_words():
        findings = list(inspection.inspect())
    for finding in findings:
        mark, style = marks[finding.level]
        show.console.print(
            f"{mark} {say(*WORDS[finding.code]).format(**finding.facts)}", style=style
        )
    levels = [finding.level for finding in findings]
    faults, warnings = levels.count(inspection.FAULT), levels.count(inspection.WARNING)
    show.console.print(
        say(f"faults: {faults}, warnings: {warnings}.", f"错误 {faults} 项，警告 {warnings} 项。")
    )
    if faults or warnings:
        raise typer.Exit(2 if faults else 1)
