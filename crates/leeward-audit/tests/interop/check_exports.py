"""Has other people's models of OCSF and FHIR accept every line that the example make_exports wrote, and
looks through every form for what none may hold. `check_exports.py MADE`.
"""

import csv
import json
import sys
from collections import Counter
from pathlib import Path

from fhir.resources.auditevent import AuditEvent as R5
from fhir.resources.R4B.auditevent import AuditEvent as R4
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

OCSF = "1.8.0"


def lines(path):
    with path.open(encoding="utf-8", newline="") as file:
        yield from file


def check_captions(event, cls, categories):
    """What the JSON schema does not check: that numbers and words say the same."""
    activity = cls["attributes"]["activity_id"]["enum"][str(event["activity_id"])]["caption"]
    assert event["class_name"] == cls["caption"], event
    assert event["category_name"] == categories[event["category_uid"]], event
    assert event["activity_name"] == activity or event["activity_id"] == 99, event
    assert event["type_name"] == f"{cls['caption']}: {event['activity_name']}", event
    assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"], event


def check_ocsf(path):
    raw = get_ocsf_schema(OCSF)
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(OCSF))
    names = {cls["uid"]: name for name, cls in raw["classes"].items()}
    categories = {category["uid"]: category["caption"] for category in raw["categories"]["attributes"].values()}
    categories[0] = "Uncategorized"
    validators, kinds = {}, Counter()
    for line in lines(path):
        event = json.loads(line)
        uid = event["class_uid"]
        if uid not in validators:
            validators[uid] = Draft202012Validator(schema.get_class_schema(names[uid]))
        errors = [f"{error.json_path}: {error.message}" for error in validators[uid].iter_errors(event)]
        assert not errors, f"{errors}\n{line}"
        check_captions(event, raw["classes"][names[uid]], categories)
        assert event["metadata"]["version"] == OCSF
        kinds[event["metadata"]["event_code"]] += 1
    return kinds


def check_fhir(model, path):
    kinds = Counter()
    for line in lines(path):
        event = json.loads(line)
        read = model.model_validate_json(line)
        # What the model wrote back has every field that was there: none was taken for an extension.
        written = json.loads(read.model_dump_json())
        assert written.keys() == event.keys(), f"{written.keys() ^ event.keys()}\n{line}"
        codings = event.get("subtype") or event["code"]["coding"]
        kinds.update(c["code"] for c in codings if c["system"] == "urn:leeward:action")
    return kinds


def check_csv(path):
    kinds, columns = Counter(), None
    for row in csv.reader(lines(path), strict=True):
        columns = columns or len(row)
        assert len(row) == columns, row
        assert not any(field[:1] in ("=", "+", "-", "@", "\t", "\r", "|", "%") for field in row), row
        kinds[row[3]] += 1
    del kinds["action_code"]
    return kinds


def check_syslog(path):
    kinds = Counter()
    for line in lines(path):
        assert line.isprintable() or line[:-1].isprintable(), line
        kinds[line.split(' action="')[1].split('"')[0]] += 1
    return kinds


def main():
    made = Path(sys.argv[1])
    forms = {
        "ocsf.jsonl": check_ocsf,
        "fhir-r4.ndjson": lambda path: check_fhir(R4, path),
        "fhir-r5.ndjson": lambda path: check_fhir(R5, path),
        "events.csv": check_csv,
        "syslog.log": check_syslog,
    }
    secrets = (made / "secrets").read_text().split()
    assert len(secrets) == 5
    found = {}
    for name, check in forms.items():
        text = (made / name).read_text(encoding="utf-8")
        assert not any(secret in text for secret in secrets), f"{name} holds an identifier"
        found[name] = check(made / name)
        print(f"{name}: {found[name].total()} events of {len(found[name])} kinds")
    first, *rest = found.values()
    assert len(first) > 30 and "unknown" in first and all(kinds == first for kinds in rest), "the forms do not hold the same events"


main()
