"""Every command says what it is, in both languages: a help text that breaks is one that nobody reads."""

from __future__ import annotations

import pytest

from solvent.files.cli import build, found
from solvent.files.language import Language


@pytest.mark.parametrize("code", ["en", "zh"])
def test_every_command_has_its_help(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    commands = found()
    parser = build(commands, Language(code))
    for name in commands:
        with pytest.raises(SystemExit) as ended:
            parser.parse_args([name, "--help"])
        assert ended.value.code == 0, name
        assert name in capsys.readouterr().out
