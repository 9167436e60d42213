from __future__ import annotations

import csv
import io
from pathlib import Path

from segstudio.core.problems import Problem
from segstudio.jobs.import_report import Detection, ImportItem, ImportReport, write_report

OWN = Problem("warning", "x/a.xml", "x/a.jpg: polygon left out: two points", 7)
READER = Problem("warning", "all.xml", 'b.jpg: box of "car" left out: xtl is missing', 9)
OF_FILE = Problem("error", "c.xml", "this is no complete XML", 1)
GENERAL = Problem("info", "Masks", "3 picture(s) here are taken for label images, not photos")
REPORT = ImportReport(
    "labelme-xml",
    (
        ImportItem("x/a.jpg", "labels/x/a.png", "converted", "by path", (OWN,)),
        ImportItem("b.jpg", "labels/b.png", "converted", "by path"),
        ImportItem("c.jpg", None, "skipped"),
        ImportItem("=1+1.jpg", None, "skipped", "", (), ("p/d.jpg", "q/d.jpg"), "d.jpg"),
    ),
    (OWN, READER, OF_FILE, GENERAL),
    detection=(Detection("labelme-xml", True, "<annotation> with <polygon>", 3),),
    sources=(Path("export.zip"),),
)


def test_a_report_comes_back_from_its_file(tmp_path: Path) -> None:
    assert ImportReport.from_json(REPORT.as_json()) == REPORT


def test_the_table_has_every_item_and_every_problem_once(tmp_path: Path) -> None:
    write_report(tmp_path, REPORT)
    data = (tmp_path / "report.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [row["photo"] for row in rows] == ["x/a.jpg", "b.jpg", "c.jpg", "'=1+1.jpg", *[""] * 3]
    messages = [row["message"] for row in rows if row["message"]]
    assert sorted(messages) == sorted(p.message for p in REPORT.problems)
    assert rows[0]["line"] == "7"


def test_problems_lead_to_their_photo() -> None:
    assert REPORT.photos_of_problems() == {OWN: "x/a.jpg", READER: "b.jpg", OF_FILE: "c.jpg"}


def test_what_the_user_has_to_choose_is_asked() -> None:
    (question,) = REPORT.questions
    assert (question.asked, question.candidates) == ("d.jpg", ("p/d.jpg", "q/d.jpg"))
