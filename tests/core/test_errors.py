from __future__ import annotations

import weakref

from segstudio.core.errors import SegStudioError, UsageError
from segstudio.core.problems import Problem


def test_an_error_tells_what_happened_what_it_means_and_what_to_try() -> None:
    error = SegStudioError("It broke.", meaning="Nothing is lost.", remedy="Try again.")
    assert str(error) == "It broke.\nNothing is lost.\nTry again."
    assert str(SegStudioError("It broke.")) == "It broke."


def test_an_error_that_is_kept_holds_nothing_of_what_raised_it() -> None:
    class Large:
        pass

    def fail() -> None:
        large = Large()
        kept.append(weakref.ref(large))
        try:
            raise ValueError("deep inside")
        except ValueError as error:
            raise SegStudioError("It broke.", remedy="Try again.") from error

    kept: list[weakref.ref[Large]] = []
    errors: list[SegStudioError] = []
    try:
        fail()
    except SegStudioError as error:
        errors.append(error.bare())
    assert kept[0]() is None
    assert str(errors[0]) == "It broke.\nTry again."


def test_wrong_usage_is_told_apart_by_the_exit_code() -> None:
    assert (SegStudioError("a").exit_code, UsageError("a").exit_code) == (1, 2)


def test_a_problem_names_its_place() -> None:
    assert str(Problem("warning", "a.xml", "odd", line=12)) == "a.xml:12: odd"
    assert str(Problem("warning", "a.xml", "odd")) == "a.xml: odd"
    assert Problem("error", "a.xml", "odd", line=3).as_json() == {
        "severity": "error",
        "path": "a.xml",
        "line": 3,
        "message": "odd",
    }
