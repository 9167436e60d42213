"""Use cases: each job is `run(request, report) -> result`, the same for window, CLI and tests."""
