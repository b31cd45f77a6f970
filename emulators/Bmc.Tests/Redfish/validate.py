"""
Validates Redfish resources and errors on stdin (one JSON text a line) against DMTF's schemas in the archive given, and their addresses
against the URIs that the schemas allow.
"""
import functools
import json
import re
import sys
import zipfile

import jsonschema

archive = zipfile.ZipFile(sys.argv[1])
names = set(archive.namelist())


class Never(dict):
    """A schema version that is not at hand: nothing matches it, so a newer one must."""

    def __missing__(self, key):
        return Never({"not": {}})


@functools.lru_cache(None)
def read(name):
    return json.loads(archive.read(name))


def load(uri):
    name = uri.rsplit("/", 1)[1].split("#")[0]
    return read(name) if name in names else Never()


def is_at_home(resource):
    """Settings lie beneath what they are of; tasks and the like without a list of URIs may be anywhere."""
    kind = resource["@odata.type"][1:].split(".")[0]
    path = resource.get("@odata.id", "")
    uris = read(kind + ".json")["definitions"].get(kind, {}).get("uris", []) if kind + ".json" in names else []
    patterns = (re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(uri)) for uri in uris)
    return not uris or not path or path.endswith("/Settings") or any(re.fullmatch(pattern, path) for pattern in patterns)


errors = 0
for line in sys.stdin:
    resource = json.loads(line)
    name = "redfish-error.v1_0_2.json" if "error" in resource else resource["@odata.type"][1:].rsplit(".", 1)[0] + ".json"
    if name.startswith("Nvidia"):
        # DMTF's schemas know nothing of what makers add beneath Oem.
        continue
    if name not in names:
        print("no schema", name)
        errors += 1
        continue
    if "error" not in resource and not is_at_home(resource):
        errors += 1
        print(resource["@odata.id"], "is no URI of", name)
    schema = load("/" + name)
    resolver = jsonschema.RefResolver(schema.get("$id", ""), schema, handlers={"http": load, "https": load})
    for error in jsonschema.Draft7Validator(schema, resolver=resolver).iter_errors(resource):
        errors += 1
        print(resource.get("@odata.id"), list(error.path), error.message[:300])
print("errors:", errors)
