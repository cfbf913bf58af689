import time

import pytest

from dfix.documents import DocumentError, read_hcl, read_json, read_yaml

BROKEN_YAML = {
    "open list": "a: [",
    "unknown alias": "a: *x",
    "zero byte": "a: \0",
    "two documents": "--- a\n--- b",
    "tab": "a:\n\t- b",
    "bad escape": '"\\xzz"',
    "version": "%YAML 3.0\n---\na",
    "surrogate": "a: \udc80",
    "deep": "[" * 20_000,
    "alias of itself": "a: &a [*a]",
    "too long": "a" * 2_000_000,
    "merge bomb": "a0: &a0 {"
    + ", ".join(f"k{n}: 1" for n in range(200))
    + "}\n"
    + "".join(f"b{n}: {{<<: [{', '.join(['*a0'] * 50)}]}}\n" for n in range(20)),
}


@pytest.mark.parametrize("text", BROKEN_YAML.values(), ids=BROKEN_YAML)
def test_broken_yaml(text: str) -> None:
    with pytest.raises(DocumentError):
        read_yaml(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("a: null\nb: ~\nc:", {"a": None, "b": None, "c": None}),
        ("a: 1\nb: true\nc: 2020-01-01", {"a": "1", "b": "true", "c": "2020-01-01"}),
        ("a: [1, x]", {"a": ["1", "x"]}),
        ("a: !!python/object/apply:os.system [id]", {"a": ["id"]}),
        ("a: !reset x", {"a": "x"}),
        ("a: &x {b: 1}\nc: *x", {"a": {"b": "1"}, "c": {"b": "1"}}),
        (
            "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}",
            {"a": {"b": "1", "c": "2"}, "d": {"b": "1", "c": "3"}},
        ),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": "1", "b": "2", "c": "2"}),
        ("? [a]\n: 1\nb: 2", {"b": "2"}),
    ],
)
def test_yaml(text: str, expected: object) -> None:
    assert read_yaml(text) == expected


def test_the_first_merged_mapping_wins() -> None:
    document = read_yaml("x: &x {k: 1}\ny: &y {k: 2, l: 3}\nz: {<<: [*x, *y]}")
    assert isinstance(document, dict)
    assert document["z"] == {"k": "1", "l": "3"}


def test_yaml_errors_have_a_line() -> None:
    with pytest.raises(DocumentError) as caught:
        read_yaml("a: 1\nb: [\n")
    assert caught.value.line is not None


def test_an_alias_bomb_stays_small() -> None:
    text = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)
    )
    before = time.process_time()
    assert isinstance(read_yaml(text), dict)
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "b": [true, null, "x"]}', {"a": "1", "b": ["true", None, "x"]}),
        ('// c\n{"a": "//x", /* b */ "c": "/* y */",}', {"a": "//x", "c": "/* y */"}),
        ('{"a": [1, 2, // z\n],}', {"a": ["1", "2"]}),
        ('{"a": ",]"}', {"a": ",]"}),
        ('{"a\\"//": "b"}', {'a"//': "b"}),
        ('\ufeff{"a": "b"}', {"a": "b"}),
    ],
)
def test_json(text: str, expected: object) -> None:
    assert read_json(text) == expected


@pytest.mark.parametrize(
    "text", ["", "{", '{"a": }', "[" * 100_000, '"' * 999_999, "9" * 5000, "/*" * 400_000]
)
def test_broken_json(text: str) -> None:
    with pytest.raises(DocumentError):
        read_json(text)


def test_json_errors_have_the_line_of_the_original() -> None:
    with pytest.raises(DocumentError) as caught:
        read_json('/* a\n\n*/ {\n"a": ?}')
    assert caught.value.line == 4


@pytest.mark.parametrize(
    "text", ["target {", "{", "\0", "a = [", "a = " + "[" * 50_000, "a" * 200_000]
)
def test_broken_hcl(text: str) -> None:
    with pytest.raises(DocumentError):
        read_hcl(text)


def test_hcl() -> None:
    text = """
    # c
    target "a" {
      context = "."
      dockerfile = "x\\"y"
      tags = ["t", "${v}"]
      platform = V
      args = { K = "v", "q.r" = 1, N = null }
      contexts = { (v) = "x" }
      dockerfile-inline = <<EOT
FROM x
EOT
    }
    """
    document = read_hcl(text)
    assert isinstance(document, dict)
    (block,) = document["target"]
    target = block["a"]
    assert target["context"] == "."
    assert target["dockerfile"] == 'x"y'
    assert target["tags"][0] == "t"
    assert target["args"]["K"] == "v"
    assert target["args"]["q.r"] == "1"
    computed = [
        target["tags"][1],
        target["platform"],
        target["dockerfile-inline"],
        *target["contexts"],
    ]
    assert all("${" in text for text in computed)
