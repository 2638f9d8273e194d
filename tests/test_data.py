"""The tables: the audit finds nothing in ours, and finds each fault planted in a copy."""

import pytest
from audit import audit
from conftest import ROOT

from story import data, load, notebook

CSV = "year,measure,count_thousand,source_id\n1955,Farms,2307,census\n1970,Farms,1588,census\n1988,Farms,1017,senate\n"
TOML = """\
name = "farms"
title = "Farms"
description = "A row is a count."
class = "transcribed"
retrieved = "2026-07"
edition = "censuses"
redistribution = "cited"
sha256 = "{hash}"
caveats = []
breaks = []
[[licenses]]
name = "quotation"
title = "Single figures quoted with their source"
[[sources]]
id = "census"
title = "Census"
publisher = "Ministry"
path = "https://example.org/census"
edition = "1955"
licence = "not stated"
[[sources]]
id = "senate"
title = "Report"
publisher = "Senate"
path = "https://example.org/report"
edition = "1996"
licence = "not stated"
[schema]
primaryKey = ["year", "measure"]
missingValues = [""]
[[schema.fields]]
name = "year"
type = "integer"
unit = "year"
description = "Year."
constraints = {{ required = true, minimum = 1955, maximum = 2020 }}
[[schema.fields]]
name = "measure"
type = "string"
unit = "none"
description = "What is counted."
constraints = {{ required = true, enum = ["Farms"] }}
[[schema.fields]]
name = "count_thousand"
type = "number"
unit = "thousand holdings"
description = "Farms."
constraints = {{ required = true, minimum = 1 }}
[[schema.fields]]
name = "source_id"
type = "string"
unit = "none"
description = "Source."
constraints = {{ required = true }}
"""


@pytest.fixture
def write(tmp_path):
    """Write the small table, broken or not; the hash follows the bytes unless a test keeps the old one."""

    def write(csv=CSV, toml=TOML, keep_hash=False):
        path = tmp_path / "farms.csv"
        path.write_bytes((CSV if keep_hash else csv).encode())
        text = toml.format(hash=data.digest(path))
        path.write_bytes(csv.encode() if isinstance(csv, str) else csv)
        (tmp_path / "farms.toml").write_text(text)
        return audit(tmp_path)

    return write


def test_our_tables_are_what_their_sidecars_say():
    assert audit(data.DATA) == []


def test_a_sound_table_passes(write):
    assert write() == []


BROKEN = {
    "missing column": (CSV.replace(",count_thousand", "").replace(",2307,", ","), ["row 1", "count_thousand"]),
    "text in a number": (CSV.replace("1588", "many"), ["row 3", "count_thousand", "'many'", "number"]),
    "duplicate key": (CSV.replace("1970", "1955"), ["row 3", "year, measure", "the same as in the row"]),
    "impossible year": (CSV.replace("1988", "1888"), ["row 4", "column year", "'1888'", "1955"]),
    "unknown word": (CSV.replace("1970,Farms", "1970,Fermes"), ["row 3", "measure", "'Fermes'", "Farms"]),
    "unknown source": (CSV.replace("senate", "gossip"), ["row 4", "source_id", "'gossip'", "census"]),
    "empty cell": (CSV.replace("2307", ""), ["row 2", "count_thousand", "required"]),
    "byte order mark": ("\ufeff" + CSV, ["row 1", "byte order mark", "plain UTF-8"]),
    "CRLF": (CSV.replace("\n", "\r\n"), ["row 1", "carriage return", "LF"]),
    "truncated file": (CSV[:-14], ["row 4", "no line end", "whole last row"]),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_table_stops_with_its_place(write, fault):
    csv, words = BROKEN[fault]
    faults = write(csv)
    assert any(all(word in line for word in ["data/farms.csv", "column", "found", "expected", *words]) for line in faults), (
        faults
    )


def test_changed_bytes_are_seen(write):
    assert any("found sha256" in line and "expected" in line for line in write(CSV.replace("2307", "2308"), keep_hash=True))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('unit = "thousand holdings"', 'unit = "thousands"', ["column count_thousand", "'thousands'", "thousand holdings"]),
        ('class = "transcribed"', 'class = "solid"', ["class", "'solid'", "transcribed"]),
        ('licence = "not stated"\n[schema]', 'licence = ""\n[schema]', ["source 'senate'"]),
        ('redistribution = "cited"', 'redistribution = "open"', ["'not stated'", "open licence"]),
        ('name = "quotation"', 'name = "CC-BY-4.0"', ["licenses", "quotation"]),
        ('name = "farms"', 'name = "farm"', ["name", "'farm'", "'farms'"]),
        ('edition = "censuses"\n', "", ["keys", "edition"]),
    ],
)
def test_a_broken_sidecar_stops(write, old, new, words):
    faults = write(toml=TOML.replace(old, new))
    assert any(all(word in line for word in words) for line in faults), faults


def test_a_licence_that_forbids_commerce_is_not_open(write):
    open_ = TOML.replace('redistribution = "cited"', 'redistribution = "open"').replace('"quotation"', '"CC-BY-4.0"')
    assert write(toml=open_.replace('"not stated"', '"CC BY 4.0"')) == []
    assert any("open licence" in line for line in write(toml=open_.replace('"not stated"', '"CC BY-NC-SA 3.0 IGO"')))


def test_a_closed_source_is_not_republished_in_bulk(write):
    rows = "".join(f"{year},Farms,{year},census\n" for year in range(1956, 1990))
    faults = write(CSV.replace("1970,Farms,1588,census\n1988,Farms,1017,senate\n", "2000,Farms,664,senate\n") + rows)
    assert any("35 rows of 'census'" in line and "at most" in line for line in faults), faults


def test_pairs_in_both_directions(write, tmp_path):
    write()
    (tmp_path / "orphan.csv").write_text("a\n1\n")
    (tmp_path / "lonely.toml").write_text("")
    text = "\n".join(audit(tmp_path))
    assert "orphan.csv: found no sidecar" in text and "lonely.toml: found no table" in text


def test_a_source_is_described_alike_everywhere(write, tmp_path):
    write()
    (tmp_path / "more.csv").write_text(CSV)
    (tmp_path / "more.toml").write_text(
        (tmp_path / "farms.toml").read_text().replace('"farms"', '"more"').replace("Ministry", "Somebody else")
    )
    assert any("more.toml" in line and "'Somebody else'" in line and "'Ministry'" in line for line in audit(tmp_path))


def test_every_table_is_read_and_every_read_table_exists():
    read = set().union(*(notebook.reads(path) for path in notebook.chapters()))
    assert read == set(data.slugs())


def test_load_names_the_tables_there_are():
    with pytest.raises(data.DataError, match="nowhere.csv: no such table; expected one of: .*farm-holdings"):
        load("nowhere")


def test_the_convention_is_written_down():
    assert len((ROOT / "data/README.md").read_text().splitlines()) <= 30
