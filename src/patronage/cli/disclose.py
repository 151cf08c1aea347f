"""`patronage disclose`: what an economy's own journal says of who paid whom."""

from pathlib import Path

from patronage.cli import options
from patronage.cli.database import reached
from patronage.cli.documents import Wanted, lived, print_written, write
from patronage.cli.words import fail


def disclose(
    economy: options.EconomyId,
    sheet: options.Sheet = None,
    report: options.Report = None,
    data: options.Data = None,
    language: options.ReportLanguage = None,
    *,
    parquet: options.Parquet = False,
) -> None:
    """Write from an economy's journal the disclosure sheet for members, and a report."""
    wanted = Wanted(report=report, data=data, parquet=parquet, sheet=sheet, language=language)
    if not wanted.anything:
        fail(
            "name what is to be written: --sheet FOLDER, --report FILE.html or --data FOLDER.",
            "请指明要写出什么：--sheet 文件夹、--report 文件.html 或 --data 文件夹。",
        )
    with reached():
        print_written(write_from_journal(economy, wanted))


def write_from_journal(economy: str, wanted: Wanted) -> list[Path]:
    """Write the documents from an economy's journal, and say where they are."""
    from patronage import ledger
    from patronage.lab.journal import read_journal

    told = ledger.summary(economy)
    charters = [one.charter for one in ledger.charters(economy)]
    record = read_journal(charters[0], ledger.event_lines(economy))
    if record is None:
        fail(
            f"{economy} has closed no day yet, so there is nothing to tell; close one first.",
            f"{economy} 还没有日结过，暂无可说明的内容；请先日结。",
        )
    return write(wanted, lambda _: lived(record, charters[-1], told.records))
