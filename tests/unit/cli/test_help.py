"""The help of every command: what stands in double brackets is printed, not taken for markup."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from graybook.cli.main import app

COMMANDS = sorted(str(one.name) for one in app.registered_commands)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_table_name_is_swallowed(command: str) -> None:
    """A TOML table named in the help, as ``[[structure]]``, is legible there."""
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0
    assert "[]" not in shown.stdout
