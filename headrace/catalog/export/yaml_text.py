"""YAML as it is committed: keys in their order, short things on one line, no anchors."""

from typing import Any

import yaml

WIDTH = 110


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - a thing used twice is written twice
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def yaml_text(*documents: Any, about: str) -> str:
    """The documents in one text; `about` is a comment at its top."""
    body = yaml.dump_all(
        documents,
        Dumper=_Dumper,
        default_flow_style=None,
        sort_keys=False,
        allow_unicode=True,
        width=WIDTH,
        explicit_start=len(documents) > 1,
    )
    return f"# {about}\n{body}"
