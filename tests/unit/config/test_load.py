from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.load import load_settings, parse_settings
from domain.document import DocumentKind
from domain.errors import ConfigError

EXAMPLE = Path(__file__).parents[3] / "config" / "site.example.toml"


RIS = '[[destination]]\nname = "ris"\nkind = "hl7"\nhost = "127.0.0.1"\nport = 2575\n'


def problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text, subject="site.toml", folder=Path("/site"))
    return caught.value.problems


def test_without_a_file_the_node_serves_this_machine_only() -> None:
    settings = load_settings()
    assert (settings.node.bind, settings.node.data) == ("127.0.0.1", Path("osteonode-data").absolute())
    assert [(each.ae_title, each.address) for each in settings.sender] == [("*", "127.0.0.1")]
    assert settings.destination == ()


def test_the_example_for_a_site_loads() -> None:
    settings = load_settings(EXAMPLE)
    assert [(each.name, each.kind, each.port) for each in settings.destination] == [
        ("pacs", "dicom", 4242),
        ("ris", "hl7", 2575),
    ]
    assert DocumentKind.HL7_ORU in settings.destination[1].sends


def test_a_relative_folder_counts_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "site.toml").write_text(
        '[node]\ndata = "./ledger"\n[[destination]]\nname = "a"\nkind = "folder"\nfolder = "out"\n'
        '[reading]\nbundle = "/opt/bundle"\n'
    )
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("site/site.toml"))
    assert settings.node.data == tmp_path / "site" / "ledger"
    assert settings.destination[0].folder == tmp_path / "site" / "out"
    assert settings.reading.bundle == Path("/opt/bundle")


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(Path("/nowhere/site.toml"))
    assert caught.value.subject == "/nowhere/site.toml"
    assert caught.value.problems == ("cannot be read: No such file or directory",)


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_bytes(b'[node]\nae_title = "K\xd6LN"\n')
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path / "site.toml")
    assert caught.value.problems == ("line 2: not UTF-8, which TOML asks for",)


def test_a_slip_in_the_toml_is_told_with_its_line() -> None:
    (problem,) = problems_of("[node]\nport = \n")
    assert problem.startswith("not TOML: ")
    assert "line 2" in problem


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    problems = problems_of(
        '[node]\nport = 70000\n[[sender]]\nae_title = "A"\naddress = "300.1.1.1"\n[limits]\nassociation = 3\n'
    )
    assert [problem.split(" = ")[0].split(": unknown")[0] for problem in problems] == [
        "line 2: node.port",
        "line 5: sender[1].address",
        "line 7: limits.association",
    ]


def test_a_value_is_quoted_with_what_is_allowed() -> None:
    (problem,) = problems_of("[node]\nport = 70000\n")
    assert "node.port = 70000 cannot stand here; allowed: whole number, 0 to 65535." in problem


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("[node]\nprot = 1\n", "node.port"),
        ("[node]\nAE_Title = 'X'\n", "node.ae_title"),
        ("[node]\nquiet_seconds = 3\n", "completion.quiet_seconds"),
        ("[complet]\nquiet_seconds = 3\n", "completion"),
        ("[[sender]]\nae_title = 'A'\nadress = ''\n", "sender.address"),
        ("[[destinations]]\nname = 'a'\n", "destination"),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest_known_one(text: str, suggestion: str) -> None:
    assert f"did you mean {suggestion}?" in "\n".join(problems_of(text))


def test_the_value_of_an_unknown_key_is_never_repeated_for_it_may_be_a_secret() -> None:
    (problem,) = problems_of('[node]\npassword = "correct horse"\n')
    assert "correct horse" not in problem


def test_a_rule_between_keys_is_checked_although_another_key_failed() -> None:
    problems = problems_of('[[destination]]\nname = "ris"\nkind = "hl7"\nport = "abc"\n')
    assert [problem.split(":")[1].split(" = ")[0].strip() for problem in problems] == [
        "destination[1].host",
        "destination[1].port",
    ]


def test_two_destinations_of_one_name_are_told_although_something_else_failed() -> None:
    entry = '[[destination]]\nname = "a"\nkind = "folder"\nfolder = "x"\n'
    problems = problems_of(f"{entry}concurrency = 99\n{entry}")
    assert len(problems) == 2
    assert 'line 7: destination[2].name = "a" is also the name of an earlier destination' in problems[1]


@pytest.mark.parametrize("text", ["node = 3\n", "sender = 'x'\n", "destination = [3]\n", "[sender]\nae_title = 'A'\n"])
def test_a_value_where_a_table_belongs_is_told(text: str) -> None:
    (problem,) = problems_of(text)
    assert "must be" in problem
    assert "[" in problem


@pytest.mark.parametrize("value", ["0", "-1", "inf", "nan", '"soon"'])
def test_seconds_are_positive_and_finite(value: str) -> None:
    (problem,) = problems_of(f"[completion]\nquiet_seconds = {value}\n")
    assert "completion.quiet_seconds" in problem


@pytest.mark.parametrize("title", ["ABCDEFGHIJKLMNOPQ", "A\\\\B", "KÖLN"])
@pytest.mark.parametrize(
    "table", ["[node]", "[[sender]]", '[[destination]]\nname = "a"\nkind = "folder"\nfolder = "x"']
)
def test_an_ae_title_has_at_most_sixteen_ascii_characters_and_no_backslash(title: str, table: str) -> None:
    (problem,) = problems_of(f'{table}\nae_title = "{title}"\n')
    assert ".ae_title" in problem


_NAMES = st.sampled_from(["node", "sender", "destination", "port", "name", "kind", "ae_title", "retry", "x", "folder"])
_VALUES = st.recursive(
    st.one_of(
        st.integers(-9, 99999), st.sampled_from(["", "a", "hl7", "A\\B", "10.0.0.0/8"]), st.booleans(), st.floats()
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_NAMES, inner, max_size=3)),
    max_leaves=8,
)


@given(st.dictionaries(_NAMES, _VALUES, max_size=4))
def test_whatever_the_tables_hold_they_load_or_their_problems_are_told(tables: dict[str, object]) -> None:
    from pydantic import ValidationError

    from config.problems import find_problems
    from config.settings import Settings

    try:
        Settings.model_validate(tables)
    except ValidationError:
        assert find_problems(tables)
    else:
        assert find_problems(tables) == ()


def test_a_title_with_two_tiers_is_told_with_the_line_of_the_second() -> None:
    text = '[[sender]]\nae_title = "CT1"\n[[sender]]\nae_title = "CT1 "\ntier = "types"\n'
    (problem,) = problems_of(text)
    assert problem.startswith('line 5: sender[2].tier = "types", but an earlier sender of this ae_title has another')


def test_an_unknown_profile_is_told_with_those_that_there_are() -> None:
    (problem,) = problems_of(RIS.replace("hl7", "folder").replace("port = 2575", 'folder = "x"\nprofile = "sunshine"'))
    assert 'destination[1].profile = "sunshine" cannot stand here; there is no such profile; allowed: one of' in problem
    assert '"ohif"' in problem


@pytest.mark.parametrize("key", ['profile = "captures-only"', 'documents = ["secondary_capture"]'])
def test_a_destination_that_would_get_nothing_is_a_problem_at_its_key(key: str) -> None:
    (problem,) = problems_of(f"{RIS}{key}\n")
    name = key.partition(" ")[0]
    assert problem == f"line 6: destination[1].{name}: nothing of this can go to a destination of kind hl7"
