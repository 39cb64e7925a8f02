"""Building a pool: totals against the single files, resumed after a kill, each person once, broken results listed."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tracemalloc
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from graybook.cohort.manifest import changed_persons, read_buildings, read_manifest, table_files
from graybook.errors import InputError, UsageError
from graybook.files.project_key_file import project_key
from graybook.workflow.cohort_build import Built, build
from graybook.workflow.pooling.choice import Chosen
from graybook.workflow.pooling.lock import held
from graybook.workflow.pooling.parts import Part, made_part
from graybook.workflow.pooling.records import records_in
from graybook.workflow.pooling.table import written_table
from validation.synthetic_pool import records, write_records

KEY = 'project = "p"\nsecret = "{}"\n'


def key_of(folder: Path, digit: str = "7") -> Path:
    """A key that is none of anybody's."""
    file = folder / f"p{digit}.key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(KEY.format(digit * 64), encoding="ascii")
    return file


def built(folder: Path, *given: Path, pool: str = "pool", digit: str = "7") -> Built:
    """A pool in the folder, of the records given or of its own."""
    return build(given or [folder / "records"], folder / pool, project="p", key_file=key_of(folder, digit))


def rows_of(pool: Path) -> list[dict[str, Any]]:
    """The table of a pool, as DuckDB reads it."""
    files = [str(one) for one in table_files(pool)]
    found = duckdb.read_parquet(files)
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def listed(pool: Path) -> list[dict[str, Any]]:
    """The list of results that are not in the pool."""
    return [json.loads(line) for line in (pool / "failures.jsonl").read_text(encoding="utf-8").splitlines()]


def newest(folder: Path) -> Iterator[tuple[dict[str, Any], list[list[str]]]]:
    """Each person's newest result and its curves, read with the standard library alone."""
    by_person: dict[str, tuple[str, Path]] = {}
    for file in sorted(folder.glob("*/result.json")):
        told = json.loads(file.read_text(encoding="utf-8"))
        known = by_person.get(told["patient"]["id"])
        if known is None or told["provenance"]["created"] > known[0]:
            by_person[told["patient"]["id"]] = told["provenance"]["created"], file
    for _, file in by_person.values():
        with (file.parent / "dvh.csv").open(encoding="utf-8", newline="") as stream:
            yield (
                json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal),
                list(csv.reader(stream))[1:],
            )


def at_half(points: list[tuple[int, int]]) -> int:
    """The dose that half of the volume gets, on straight lines through points in µGy and millionths. [µGy]"""
    for (d, v), (e, w) in pairwise(points):
        if v >= 500_000 > w:
            return round(d + Fraction((e - d) * (v - 500_000), v - w))
    raise AssertionError


def plain_totals(folder: Path) -> dict[str, int]:
    """Sums over all persons in plain Python, from the files of single runs."""
    total: dict[str, int] = defaultdict(int)

    def add(name: str, value: Decimal | int | None, unit: int) -> None:
        if value is not None:
            total[name] += round(Fraction(value) * unit)
            total[f"n_{name}"] += 1

    for told, lines in newest(folder):
        points: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for name, course, dose_gy, percent in lines:
            if course == "cumulative":  # six and four decimals
                points[name].append((int(dose_gy.replace(".", "")), int(percent.replace(".", ""))))
        total["persons"] += 1
        for one in told["structures"]:
            total["rows"] += 1 + len(told["courses"])
            add("volume", one["volume_cm3"], 1000)
            add("mean", one["cumulative"]["mean_gy"], 10**6)
            add("near", one["cumulative"]["d0.03cc_gy"], 10**6)
            for dose in one["courses"]:
                add("course_near", dose["d0.03cc_gy"], 10**6)
                add("physical", dose["physical_mean_gy"], 10**6)
            for dose in one["apart"]:
                add("physical", dose["dose_gy"], 10**6)
            if curve := points.get(one["name"]):
                total["half"] += at_half(curve)
                total["n_half"] += 1
            if one["tg263"] == "SpinalCord":
                add("cord", one["cumulative"]["max_gy"], 10**6)
    return dict(total)


def test_totals_are_those_of_the_single_runs(pool_of_200: Path) -> None:
    """DuckDB's sums over 200 persons equal, to the last µGy, plain sums over their result.json and dvh.csv."""
    files = [str(one) for one in table_files(pool_of_200)]
    columns = {
        "volume": ("volume_mm3", "cumulative"),
        "mean": ("eqd2_mean_ugy", "cumulative"),
        "near": ("eqd2_d0_03cc_ugy", "cumulative"),
        "half": ("eqd2_d50pct_ugy", "cumulative"),
        "course_near": ("eqd2_d0_03cc_ugy", "course"),
        "physical": ("physical_mean_ugy", "course"),
    }
    asked = ", ".join(
        f"sum({column}) filter (scope = '{scope}') as {name}, count({column}) filter (scope = '{scope}') as n_{name}"
        for name, (column, scope) in columns.items()
    )
    cord = "structure = 'SpinalCord' and scope = 'cumulative'"
    table = duckdb.read_parquet(files)
    found = table.aggregate(
        f"count(distinct person) as persons, count(*) as rows, {asked}, "
        f"sum(eqd2_max_ugy) filter ({cord}) as cord, count(eqd2_max_ugy) filter ({cord}) as n_cord"
    )
    counted = {name: int(value) for name, value in zip(found.columns, found.fetchall()[0], strict=True)}
    assert counted == plain_totals(pool_of_200.parent / "records")
    assert counted["persons"] == 200
    assert counted["n_cord"] > 50


def test_no_value_is_invented(pool_of_200: Path) -> None:
    """A pool of 200 holds each person once, no row twice, and is in the order of its pseudonyms."""
    found = rows_of(pool_of_200)
    keys = [(row["person"], row["structure"], row["scope"], row["course"] or 0) for row in found]
    assert keys == sorted(set(keys))
    results = {(row["person"], row["result"]) for row in found}
    assert len(results) == len({person for person, _ in results}) == 200


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the records of 30 persons, one with an older result, and their pool."""
    folder = tmp_path_factory.mktemp("small")
    write_records(folder / "records", 30, voxels=30, points=40)
    built(folder)
    return folder


def test_each_person_once(small: Path) -> None:
    """The older result is listed with its file and day, and does not count."""
    manifest = read_manifest(small / "pool")
    assert (manifest.persons, manifest.records, manifest.older) == (30, 31, 1)
    (line,) = listed(small / "pool")
    assert (line["code"], Path(line["file"]).parent.name) == ("pool_older", "000025-older")


def contents(pool: Path) -> dict[str, bytes]:
    """Every file of a pool with its bytes."""
    return {
        one.relative_to(pool).as_posix(): one.read_bytes() for one in sorted(pool.rglob("*")) if one.is_file()
    }


def test_same_results_same_bytes(small: Path, tmp_path: Path) -> None:
    """Built again, elsewhere, from results in another order and from single files, the table has the same bytes."""
    files = sorted((small / "records").glob("*/result.json"), reverse=True)
    shutil.copytree(small / "records", tmp_path / "records")
    first = contents(small / "pool")
    for again in (built(tmp_path), built(tmp_path, *files, pool="other")):
        second = contents(again.pool)
        assert set(first) == set(second)
        assert all(first[name] == second[name] for name in first if name.endswith((".parquet", "pool.json")))


def digests(pool: Path) -> set[str]:
    """What stands for the rows of the persons of the last building."""
    return set([*read_buildings(pool).values()][-1])


def test_two_projects_share_nothing(small: Path, tmp_path: Path) -> None:
    """Under another key no pseudonym, no name of a result, no date and no file of the pool is the same."""
    other = built(tmp_path, small / "records", digit="8")
    ours, theirs = rows_of(small / "pool"), rows_of(other.pool)
    assert len(ours) == len(theirs)
    for column in ("person", "result"):
        assert not {row[column] for row in ours} & {row[column] for row in theirs}
    moved = [
        {row["person"]: row["start"] for row in found if row["scope"] == "cumulative"}
        for found in (ours, theirs)
    ]
    assert set(moved[0].values()) != set(moved[1].values())
    assert set(contents(small / "pool")) & set(contents(other.pool)) == {
        "pool.json",
        "failures.jsonl",
        "buildings.jsonl",
        "building.lock",
    }
    assert not digests(small / "pool") & digests(other.pool)


def test_no_original_value_is_in_the_pool(small: Path) -> None:
    """Identifiers, names, dates of courses and hashes of results stand in no file that may leave, nor in the parts."""
    pool = small / "pool"
    originals: set[bytes] = set()
    for one in records(30, voxels=30, points=40):
        told = json.loads(one.result)
        originals |= {told["patient"]["id"].encode(), told["patient"]["name"].encode()}
        originals |= {course["id"].encode() for course in told["courses"]}
        originals |= {course["label"].encode() for course in told["courses"]}
        originals.add(hashlib.sha256(one.result.encode()).hexdigest().encode())
    plain = "\n".join(str(row) for row in rows_of(pool)).encode()
    for name, data in {**contents(pool), "the table as text": plain}.items():
        if name != "failures.jsonl":
            assert not [one for one in originals if one in data], name
    days = {row["start"].year for row in rows_of(pool)}
    assert max(days) < 1950


def test_only_its_owner_sees_what_names_files(small: Path) -> None:
    """The list of failures and the manifest are for the owner, and so is the folder."""
    pool = small / "pool"
    assert (pool / "failures.jsonl").stat().st_mode & 0o077 == 0
    assert pool.stat().st_mode & 0o077 == 0


def test_who_is_no_longer_given_leaves_the_pool(small: Path, tmp_path: Path) -> None:
    """A person whose results are taken away is nowhere in the pool after the next building, neither in parts nor in a table."""
    shutil.copytree(small / "records", tmp_path / "records")
    first = built(tmp_path)
    gone = json.loads((tmp_path / "records" / "000003" / "result.json").read_text(encoding="utf-8"))
    shutil.rmtree(tmp_path / "records" / "000003")
    second = built(tmp_path)
    assert second.manifest.persons == 29
    left = {row["person"] for row in rows_of(first.pool)}
    assert len(left) == 29
    files = set(contents(second.pool))
    assert len([name for name in files if name.startswith("parts/")]) == 30
    assert {name for name in files if name.startswith("table/")} == set(second.manifest.files)
    assert gone["patient"]["id"].encode() not in b"".join(contents(second.pool).values())


def changed(folder: Path, name: str, change: Any) -> None:
    """Change one result of a folder of records."""
    file = folder / name / "result.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    change(told)
    file.write_text(json.dumps(told), encoding="utf-8")


def copied(
    small: Path, folder: Path, names: tuple[str, ...] = ("000001", "000002", "000003", "000004")
) -> Path:
    """A few of the records, to be changed."""
    for name in names:
        shutil.copytree(small / "records" / name, folder / "records" / name)
    return folder / "records"


def test_identifiers_unite_results(small: Path, tmp_path: Path) -> None:
    """Two results without a common identifier are of one human when a third has both: the newest counts, dates stay apart."""
    place = copied(small, tmp_path, ("000001",))
    known = ["2026-05-01", "2026-06-01", "2026-05-20"]
    held = [["A1"], ["B2"], ["A1", "B2"]]
    for at, (day, ids) in enumerate(zip(known, held, strict=True)):
        shutil.copytree(place / "000001", place / f"r{at}")

        def change(told: dict[str, Any], day: str = day, ids: list[str] = ids) -> None:
            told["provenance"]["created"] = day
            told["patient"] |= {
                "id": ids[0],
                "identities": [{"value": one, "issuer": "SYNTHETIC"} for one in ids],
            }

        changed(place, f"r{at}", change)
    shutil.rmtree(place / "000001")
    alone = rows_of(built(tmp_path, place / "r1", pool="alone").pool)
    both = built(tmp_path)
    assert (both.manifest.persons, both.manifest.older) == (1, 2)
    together = rows_of(both.pool)
    assert {row["result"] for row in together} == {row["result"] for row in alone}
    assert {row["person"] for row in together}.isdisjoint({row["person"] for row in alone})
    only_a = rows_of(built(tmp_path, place / "r0", pool="a").pool)
    assert {row["person"] for row in together} == {row["person"] for row in only_a}  # A1 comes before B2
    starts = [[row["start"] for row in found] for found in (together, only_a)]
    assert starts[0] == starts[1]  # the same course, moved by the same person's days


def test_nobody_is_guessed(small: Path, tmp_path: Path) -> None:
    """Results of one identifier with two birth dates, and two of one day that differ, keep the person out; the others stay."""
    place = copied(small, tmp_path)
    for name, other in (("000001", "x"), ("000002", "y")):
        shutil.copytree(place / name, place / other)
    changed(place, "x", lambda told: told["patient"].update(birth_date="1911-01-01"))
    changed(place, "x", lambda told: told["provenance"].update(created="2026-12-31"))
    changed(place, "y", lambda told: told["findings"].clear())
    shutil.copytree(place / "000003", place / "z")
    done = built(tmp_path)
    assert done.manifest.failed == {"pool_same_day": 2, "pool_two_persons": 2}
    assert (done.manifest.persons, done.manifest.twice) == (2, 1)


def test_an_older_result_does_not_stand_for_a_broken_one(small: Path, tmp_path: Path) -> None:
    """Where the newest result of a person cannot enter, the older one, which may lack courses, does not take its place."""
    place = copied(small, tmp_path, ("000025", "000025-older", "000001"))
    changed(place, "000025", lambda told: told["structures"][0]["cumulative"].update(mean_gy=float("inf")))
    done = built(tmp_path)
    assert (done.manifest.persons, done.manifest.failed) == (
        1,
        {"pool_newest_failed": 1, "pool_not_finite": 1},
    )
    changed(place, "000025", lambda told: told["provenance"].update(created="2026-01-01"))
    assert (again := built(tmp_path)).manifest.persons == 2
    assert again.manifest.failed == {"pool_not_finite": 1}


def test_odd_files_are_listed(small: Path, tmp_path: Path) -> None:
    """Half a character as identifier, a date before the shift's beginning, a name of a folder that is no text: listed, no crash."""
    place = copied(small, tmp_path, ("000001", "000002", "000003"))
    changed(place, "000001", lambda told: told["patient"].update(id="\ud800"))
    changed(place, "000002", lambda told: told["courses"][0].update(start_date="0002-01-01"))
    odd = Path(os.fsdecode(bytes(place) + b"/\xff"))
    (place / "000003").rename(odd)
    (odd / "result.json").write_text("{", encoding="ascii")
    done = built(tmp_path)
    assert done.manifest.failed == {"pool_no_json": 1, "pool_out_of_range": 1, "pool_unknown_person": 1}
    assert len(listed(done.pool)) == 3


def test_a_broken_result_is_listed(small: Path, tmp_path: Path) -> None:
    """A file cut off, of another version, and one with NaN are listed with file, key, value and remedy; the fourth is pooled."""
    place = copied(small, tmp_path)
    cut = place / "000001" / "result.json"
    cut.write_bytes(cut.read_bytes()[:-40])
    changed(place, "000002", lambda told: told.update(schema_version="0.9"))
    changed(place, "000003", lambda told: told["structures"][0]["cumulative"].update(mean_gy=float("nan")))
    done = built(tmp_path)
    assert done.manifest.persons == 1
    lines = {Path(line["file"]).parent.name: line for line in listed(done.pool)}
    assert [lines[name]["code"] for name in sorted(lines)] == [
        "pool_no_json",
        "pool_other_version",
        "pool_not_finite",
    ]
    assert all(line["remedy"] for line in lines.values())
    assert (lines["000003"]["key"], lines["000003"]["value"]) == ("structures.0.cumulative.mean_gy", "NaN")


def test_a_key_given_twice_is_a_fault(small: Path, tmp_path: Path) -> None:
    """Of two values nobody can say which one counts."""
    place = copied(small, tmp_path, ("000001",))
    file = place / "000001" / "result.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace('"reference_course":', '"reference_course": "x", "reference_course":', 1), "utf-8"
    )
    assert built(tmp_path).manifest.failed == {"pool_wrong_key": 1}
    (line,) = listed(tmp_path / "pool")
    assert (line["key"], line["file"]) == ("reference_course", str(file))


def test_a_contradiction_is_listed(small: Path, tmp_path: Path) -> None:
    """With file, key, value and what to do; nothing of the result is in the pool."""
    place = copied(small, tmp_path, ("000001", "000002"))
    changed(place, "000001", lambda told: told["courses"][0].update(end_date="1990-01-01"))
    done = built(tmp_path)
    assert (done.manifest.persons, done.manifest.failed) == (1, {"pool_contradiction": 1})
    line = next(one for one in listed(done.pool) if one["severity"] == "error")
    assert (line["key"], line["value"]) == ("courses.0.end_date", "1990-01-01")
    assert line["file"].endswith("000001/result.json")
    assert line["remedy"]


def test_a_padded_identifier_is_the_same_person(small: Path, tmp_path: Path) -> None:
    """Blanks at the end are insignificant in DICOM: one person, under the pseudonym of the identifier without them."""
    place = copied(small, tmp_path, ("000001",))
    shutil.copytree(place / "000001", place / "older")
    own = json.loads((place / "older" / "result.json").read_text(encoding="utf-8"))["patient"]["id"]

    def change(told: dict[str, Any]) -> None:
        told["patient"] |= {"id": f"{own}  ", "identities": []}
        told["provenance"]["created"] = "2026-01-01"

    changed(place, "older", change)
    changed(place, "000001", lambda told: told["patient"].update(identities=[]))
    alone = built(tmp_path, place / "older", pool="alone")
    both = built(tmp_path)
    assert (both.manifest.persons, both.manifest.older) == (1, 1)
    assert {row["person"] for row in rows_of(both.pool)} == {row["person"] for row in rows_of(alone.pool)}


def test_curves_of_another_run_are_refused(small: Path, tmp_path: Path) -> None:
    """Another person's dvh.csv lends its doses to nobody."""
    place = copied(small, tmp_path, ("000001", "000002"))
    shutil.copy(place / "000002" / "dvh.csv", place / "000001" / "dvh.csv")
    done = built(tmp_path)
    assert (done.manifest.persons, dict(done.manifest.failed)) == (1, {"pool_other_curves": 1})


def test_an_empty_file_of_curves_is_a_fault(small: Path, tmp_path: Path) -> None:
    """A dvh.csv of no bytes was cut off; a result without one is pooled without points of a histogram."""
    place = copied(small, tmp_path, ("000001", "000002"))
    (place / "000001" / "dvh.csv").write_bytes(b"")
    (place / "000002" / "dvh.csv").unlink()
    done = built(tmp_path)
    assert (done.manifest.persons, dict(done.manifest.failed)) == (1, {"pool_bad_line": 1})
    assert {row["eqd2_d50pct_ugy"] for row in rows_of(done.pool)} == {None}


def test_how_many_persons_changed_is_known(small: Path, tmp_path: Path) -> None:
    """Of a building that was asked, what stood for rows stays: one out and one in, one renewed, one made again from the same."""
    names = ("000001", "000002", "000003", "000004")
    place = copied(small, tmp_path, names)
    pool = built(tmp_path).pool
    told = sorted({(row["person"], row["result"]) for row in rows_of(pool)})
    text = "\n".join(" ".join(row) for row in told)
    ((first, before),) = read_buildings(pool).items()
    assert first == hashlib.sha256(text.encode()).hexdigest()
    assert len(before) == len(told) == 4
    (pool / "queries.jsonl").write_text(json.dumps({"pool": first}) + "\n", encoding="utf-8")

    def since() -> int:
        kept = read_buildings(built(tmp_path).pool)
        assert next(iter(kept)) == first
        return changed_persons(kept[first], [*kept.values()][-1])

    changed(place, "000001", lambda told: told["provenance"].update(version="0.2.0"))
    assert since() == 0  # made again by another version, from the same doses
    changed(place, "000002", lambda told: told["structures"][0].update(volume_cm3=1.5))
    assert since() == 1
    shutil.rmtree(place / "000003")
    assert since() == 2
    copied(small, tmp_path, ("000005",))
    assert since() == 2  # one out, one in; one renewed
    assert len(read_buildings(pool)) == 2  # of buildings that nobody asked nothing stays
    assert (pool / "buildings.jsonl").stat().st_mode & 0o077 == 0
    (pool / "buildings.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="earlier buildings"):
        read_buildings(pool)


def test_a_stopped_building_forgets_no_rows(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the manifest is replaced, what stands for the rows of the pool as it was stays."""
    copied(small, tmp_path, ("000001",))
    (first,) = read_buildings(built(tmp_path).pool)
    copied(small, tmp_path, ("000002",))

    def stopped(_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("graybook.workflow.cohort_build.manifest_text", stopped)
        with pytest.raises(KeyboardInterrupt):
            built(tmp_path)
    assert next(iter(read_buildings(tmp_path / "pool"))) == first
    assert first not in read_buildings(built(tmp_path).pool)


def test_another_pseudonym_is_written_whatever_the_days(small: Path, tmp_path: Path) -> None:
    """Where the days of two pseudonyms happen to be equal, the rows still stand under the person's."""
    built(tmp_path, small / "records" / "000001")
    key = project_key("p", key_of(tmp_path))
    (part,) = [
        made_part(one, tmp_path / "pool", key) for one in records_in([small / "records" / "000001"])[0]
    ]
    assert isinstance(part, Part)
    written_table([Chosen(part=part, person="P-OTHER", days=0)], tmp_path / "pool")
    found = duckdb.read_parquet(str(tmp_path / "pool" / "table" / "*.parquet"))
    assert ("P-OTHER",) in found.aggregate("person", "person").fetchall()


def test_wrong_calls(small: Path, tmp_path: Path) -> None:
    """A folder of other files, another project's pool, a key in the pool, and nothing to pool are refused."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("x", encoding="ascii")
    with pytest.raises(UsageError, match="other files"):
        built(tmp_path, small / "records", pool="other")
    with pytest.raises(InputError, match=r"no result\.json"):
        built(tmp_path, tmp_path / "other")
    with pytest.raises(UsageError, match="key"):
        build([small / "records"], tmp_path / "pool", project="p", key_file=tmp_path / "pool" / "p.key")
    file = tmp_path / "q.key"
    file.touch(mode=0o600)
    file.write_text(KEY.replace('"p"', '"q"').format("9" * 64), encoding="ascii")
    with pytest.raises(UsageError, match="of project p"):
        build([small / "records"], small / "pool", project="q", key_file=file)


def test_one_building_at_a_time(small: Path, tmp_path: Path) -> None:
    """While one run builds a pool another is refused; afterwards it goes on."""
    (tmp_path / "pool").mkdir()
    with held(tmp_path / "pool"), pytest.raises(UsageError, match="Another run"):
        built(tmp_path, small / "records" / "000001")
    assert built(tmp_path, small / "records" / "000001").manifest.persons == 1


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value of a document."""
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, one in children:
        yield (*path, key)
        yield from spots(one, (*path, key))


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """A document cut off, with a byte changed, or with one value removed, or of another type."""
    kind = int(rng.integers(8))
    if kind == 0:
        return data[: int(rng.integers(len(data)))]
    if kind == 1:
        at = int(rng.integers(len(data)))
        return data[:at] + bytes([int(rng.integers(256))]) + data[at + 1 :]
    told = json.loads(data)
    places = [one for one in spots(told) if kind != 7 or one[0] != "provenance"]
    place = places[int(rng.integers(len(places)))]
    at = told
    for step in place[:-1]:
        at = at[step]
    odd: list[Any] = [
        None,
        "x",
        -1,
        1e300,
        float("nan"),
        float("-inf"),
        [],
        {},
        True,
        10**30,
        "2026-02-30",
        [[1]],
    ]
    if kind == 2 and isinstance(at, dict):
        del at[place[-1]]
    else:
        at[place[-1]] = odd[int(rng.integers(len(odd)))]
    return json.dumps(told).encode()


def test_no_mutated_result_harms_the_pool(small: Path, tmp_path: Path) -> None:
    """200 mutated results: each is listed or pooled whole, none crashes, and the sound one beside them stays as it was."""
    rng = np.random.default_rng(9)
    names = sorted(one.name for one in (small / "records").iterdir())
    place = tmp_path / "records"
    sound = rows_of(built(tmp_path, small / "records" / "000030", pool="sound").pool)
    shutil.copytree(small / "records" / "000030", place / "sound")
    for at in range(200):
        source = small / "records" / names[at % 29]
        (place / f"{at:03}").mkdir()
        data = source.joinpath("result.json").read_bytes()
        if at >= 29:  # another person each time
            data = data.replace(b'"SYN-', f'"SYN-{at}-'.encode()).replace(
                b'"SYNTHETIC-2"', f'"S-{at}"'.encode()
            )
        (place / f"{at:03}" / "result.json").write_bytes(mutated(data, rng))
        shutil.copy(source / "dvh.csv", place / f"{at:03}" / "dvh.csv")
    done = built(tmp_path)
    found = rows_of(done.pool)
    assert done.manifest.records == 201
    told = {line["file"] for line in listed(done.pool) if line["severity"] == "error"}
    assert 60 < len(told) < 200
    by_person: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for row in found:
        by_person[row["person"]].add((row["structure"], row["scope"], row["course"]))
    for of in by_person.values():
        structures, courses = {one[0] for one in of}, {one[2] for one in of}
        assert len(of) == len(structures) * len(courses)  # never half a person
    assert [row for row in found if row["person"] == sound[0]["person"]] == sound


def test_memory_does_not_grow_with_records(small: Path, tmp_path: Path) -> None:
    """Of 26 more records less than 20 kB each, of some 70, stays in memory: identifiers, a day, a name."""
    places = sorted((small / "records").iterdir())

    def peak(places: list[Path], pool: str) -> int:
        tracemalloc.start()
        built(tmp_path, *places, pool=pool)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(places[:2], "first")
    few, many = peak(places[:5], "few"), peak(places, "many")
    size = sum(one.stat().st_size for place in places[5:] for one in place.iterdir())
    assert size > 1_500_000
    assert many - few < 26 * 20_000


PROGRAM = """
import os, signal, sys
from pathlib import Path
from graybook.progress import Progress
from graybook.workflow.cohort_build import build

def tell(step, done):
    if step == sys.argv[4]:
        os.kill(os.getpid(), signal.SIGKILL)

key = Path(sys.argv[3])
build([Path(sys.argv[1])], Path(sys.argv[2]), project="p", key_file=key, progress=Progress(tell=tell))
"""


@pytest.mark.parametrize(("step", "made"), [("7/31", 6), ("table", 31)])
def test_a_killed_build_is_gone_on_with(small: Path, tmp_path: Path, step: str, made: int) -> None:
    """Killed at a record or at the table, the pool still reads as before; the next run keeps what was made and ends the same."""
    pool, key = tmp_path / "pool", key_of(tmp_path)
    build([small / "records" / "000001"], pool, project="p", key_file=key)
    before = rows_of(pool)
    words = [sys.executable, "-c", PROGRAM, str(small / "records"), str(pool), str(key), step]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert rows_of(pool) == before
    kept = {one: one.stat().st_mtime_ns for one in (pool / "parts").glob("*.parquet")}
    assert len(kept) == made
    (pool / "parts" / "0123.tmp").write_bytes(b"half a part")
    done = build([small / "records"], pool, project="p", key_file=key)
    assert {one: one.stat().st_mtime_ns for one in kept} == kept
    whole = build([small / "records"], tmp_path / "whole", project="p", key_file=key)
    assert contents(done.pool) == contents(whole.pool)


def test_a_part_cut_off_is_made_again(small: Path, tmp_path: Path) -> None:
    """A part that lost its end, as after a power cut, is not trusted."""
    place = copied(small, tmp_path)
    first = contents(built(tmp_path).pool)
    part = next((tmp_path / "pool" / "parts").iterdir())
    part.write_bytes(part.read_bytes()[:500])
    assert place.exists()
    assert contents(built(tmp_path).pool) == first
