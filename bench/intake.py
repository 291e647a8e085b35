"""Reading and validating a dirty CSV: ten kinds of dirty cell, one bad row in a hundred. Prints one JSON line."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from solvent.intake.intake import Source
from solvent.intake.ledger.read import read_ledger

DIRT = (
    '"{0:,}.{1:02d}"',
    "{0}.{1:02d}-",
    "({0}.{1:02d})",
    "￥{0}.{1:02d}",
    " {0}.{1:02d}\u00a0",
    "'{0}.{1:02d}",
    "+{0}.{1:02d}",
    "CNY {0}.{1:02d}",
    '"{0:,}"',
    "{0}.{1:02d}元",
)
BAD = ("待确认", "12.3.4", "", "n.n.")


def ledger(rows: int) -> bytes:
    """A CSV of invoices: every tenth amount is dirty in one of ten ways, every hundredth row cannot be read."""
    out = StringIO()
    out.write("发票号,客户编码,客户名称,开票日期,到期日,币种,价税合计,已收金额,收款日期,业务员,地区,备注\n")
    for number in range(rows):
        main, cents = 100 + number * 7919 % 900_000, number % 100
        form = DIRT[number // 10 % 10] if number % 10 == 0 else "{0}.{1:02d}"
        amount = BAD[number // 100 % len(BAD)] if number % 100 == 50 else form.format(main, cents)
        day, month = 1 + number % 28, 1 + number // 28 % 12
        issued = (f"2025-{month:02d}-{day:02d}", f"2025/{month}/{day}", f"2025年{month}月{day}日")[number % 3]
        due = f"2026-{month:02d}-{day:02d}"
        paid, paid_on = (f"{main}.{cents:02d}", due) if number % 3 and form == "{0}.{1:02d}" else ("", "")
        if number % 100 == 50:
            paid = paid_on = ""
        customer = number % 5000
        out.write(
            f"INV{number:08d},C{customer:05d},客户{customer}有限公司,{issued},{due},CNY,{amount},{paid},{paid_on},"
            f"销售{customer % 20},华东,第 {number} 行\n"
        )
    return out.getvalue().encode()


def main(rows: int, path: Path) -> None:
    """Read the file; a child process has written it, so that its memory is not counted here."""
    subprocess.run([sys.executable, __file__, "write", str(rows), str(path)], check=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    start = time.perf_counter()
    data = path.read_bytes()
    intake = read_ledger([Source("dirty.csv", data)])
    for frame in intake.ledger.tables.values():
        frame.collect()
    seconds = time.perf_counter() - start
    counts = {name: int(intake.counts[f"rows_{name}"].sum()) for name in ("in", "loaded", "rejected")}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = {"rows": rows, "megabytes": len(data) // 1_000_000, "total": round(seconds, 2), "peak_mb": peak}
    print(json.dumps({**told, "before_mb": before, **counts}))


if __name__ == "__main__":
    if sys.argv[1] == "write":
        Path(sys.argv[3]).write_bytes(ledger(int(sys.argv[2])))
    else:
        with TemporaryDirectory() as folder:
            main(int(sys.argv[1]), Path(folder) / "dirty.csv")
