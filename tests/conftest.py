"""For every test: no network, real data where there is some, no skip where everything must run."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

# Parallel workers compile on their own: two processes that fill one cache of numba at once can mix up its entries.
if "PYTEST_XDIST_WORKER" in os.environ:
    cache = (
        Path(__file__).resolve().parents[1] / ".pytest_cache" / "numba" / os.environ["PYTEST_XDIST_WORKER"]
    )
    os.environ["NUMBA_CACHE_DIR"] = str(cache)

REQUIRE_ALL = os.environ.get("GRAYBOOK_REQUIRE_ALL") == "1"


class NetworkBlocked(RuntimeError):
    """A test, or the code under it, reached for the network."""


def _refuse(*_args: Any, **_kwargs: Any) -> Any:
    raise NetworkBlocked("Graybook makes no network call, and neither does a test.")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every socket but those inside this machine's kernel (AF_UNIX), and every name look-up."""
    make = socket.socket.__init__
    local = getattr(socket, "AF_UNIX", None)

    def guarded(self: socket.socket, family: int = -1, *args: Any, **kwargs: Any) -> None:
        fileno = kwargs.get("fileno", args[2] if len(args) > 2 else None)
        if fileno is None and family != local:
            _refuse()
        make(self, family, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "__init__", guarded)
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
            patch.setattr(socket, name, _refuse)
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout's root."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real DICOM sets, never part of the repository; skips the tests that need it."""
    folder = os.environ.get("GRAYBOOK_TEST_DATA")
    if not folder:
        pytest.skip("real data: set GRAYBOOK_TEST_DATA to the folder that holds it")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"GRAYBOOK_TEST_DATA is {folder}, which is not a folder")
    return path


@pytest.fixture(scope="session")
def pool_of_200(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pool of 200 synthetic persons, to be read only; its records lie beside it, in ``records``."""
    from validation.synthetic_pool import built_pool

    return built_pool(tmp_path_factory.mktemp("pool"), 200)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --slow."""
    parser.addoption("--slow", action="store_true", help="run the tests marked slow too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests out unless they were asked for."""
    if config.getoption("--slow"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


def _required(report: Any) -> Any:
    """Turn a skip into a failure where everything must run."""
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{reason} (a skip is a failure while GRAYBOOK_REQUIRE_ALL=1)"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """A skipped test fails where everything must run."""
    return _required((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """A file that skips itself fails where everything must run."""
    return _required((yield))
