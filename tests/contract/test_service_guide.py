"""The snippets of docs/service.md, run in the page's order."""

import re
from pathlib import Path
from typing import Any

from headrace.events import UserCreated
from tests.unit.service.samples import example

PAGE = Path(__file__).parents[2] / "docs" / "service.md"


async def test_the_guides_snippets_run_as_they_stand() -> None:
    snippets = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    for snippet in snippets:
        exec(snippet, names)  # noqa: S102 - our own page
    assert len(snippets) == 3
    await names["test_a_new_user_is_known"](example(UserCreated))
    assert callable(names["announce"])
