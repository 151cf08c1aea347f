"""Reports: what a backtest or a simulation found, for people to read, print and compute with."""

from patronage.lab.report.compose import compose
from patronage.lab.report.data import ParquetMissingError, write_csv, write_parquet
from patronage.lab.report.document import Document
from patronage.lab.report.language import Language
from patronage.lab.report.material import Material, Neighbour, middle
from patronage.lab.report.page import page
from patronage.lab.report.rules import figure
from patronage.lab.report.sheet import sheet

__all__ = [
    "Document",
    "Language",
    "Material",
    "Neighbour",
    "ParquetMissingError",
    "compose",
    "figure",
    "middle",
    "page",
    "sheet",
    "write_csv",
    "write_parquet",
]
