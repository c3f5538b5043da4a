"""The conformance suite as a test class: ``class TestHr(PluginSuite): plugin = "hr"``."""

from __future__ import annotations

import contextlib
import unittest
from typing import Any, ClassVar

from goodfit.testing.checks import CHECKS, run_check
from goodfit.testing.subject import Subject, open_subject


class PluginSuite:
    """A test for each check of ``goodfit plugins check``; pytest collects it under a name that begins with ``Test``."""

    plugin: ClassVar[str]
    """The name of the installed plugin, or the folder with its pyproject.toml."""
    _open: ClassVar[contextlib.ExitStack]
    _subject: ClassVar[Subject]

    @classmethod
    def setup_class(cls) -> None:
        """Find the plugin; it is tried once for all checks."""
        cls._open = contextlib.ExitStack()
        cls._subject = cls._open.enter_context(open_subject(cls.plugin))

    @classmethod
    def teardown_class(cls) -> None:
        """Remove what was unpacked."""
        cls._open.close()


def _test_of(name: str) -> Any:
    def test(self: PluginSuite) -> None:
        result = run_check(name, self._subject)
        if result.state == "skipped":
            raise unittest.SkipTest("; ".join(result.problems))
        assert not result.problems, "\n".join(result.problems)

    test.__doc__ = CHECKS[name].__doc__
    return test


for _name in CHECKS:
    setattr(PluginSuite, f"test_{_name}", _test_of(_name))
