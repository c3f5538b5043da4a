"""What goodfit and its plugins import is what their projects say that they need."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[1]
PROJECTS = [REPOSITORY, *sorted(path.parent for path in REPOSITORY.glob("plugins/*/pyproject.toml"))]
DISTRIBUTIONS = packages_distributions()


def package_of(project):
    return REPOSITORY / "platform" / "goodfit" if project == REPOSITORY else project / f"goodfit_{project.name}"


def declared(project):
    """What a project needs, or an extra of it that is for those who use it."""
    written = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    extras = written.get("optional-dependencies", {})
    lines = [
        *written["dependencies"],
        *(line for name in extras if name not in ("test", "benchmark") for line in extras[name]),
    ]
    return {canonicalize_name(re.match(r"[\w.-]+", line)[0]) for line in lines}


def imported(package):
    """(module, file) of all that a package imports, without itself and the standard library."""
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            for name in (name.partition(".")[0] for name in names):
                if name not in sys.stdlib_module_names and name != package.name:
                    yield name, path.relative_to(REPOSITORY).as_posix()


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: package_of(project).name)
def test_what_is_imported_is_declared(project):
    needed = declared(project)
    missing = {
        (module, path)
        for module, path in imported(package_of(project))
        if not {canonicalize_name(name) for name in DISTRIBUTIONS.get(module, [module])} & needed
    }
    assert missing == set()
