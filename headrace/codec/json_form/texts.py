"""The check that every string passes on its way to Avro."""

from typing import Any

from headrace.codec.json_form.refused import json_name, refuse


def text(value: Any) -> str:
    """Any string that UTF-8 and PostgreSQL can hold: no NUL, no lone surrogate."""
    if type(value) is not str:
        raise refuse(f"must be a string, not {json_name(value)}")
    if "\0" in value:
        raise refuse("must not contain the character NUL (U+0000)")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise refuse("must not contain a lone surrogate (U+D800 to U+DFFF)") from None
    return value
