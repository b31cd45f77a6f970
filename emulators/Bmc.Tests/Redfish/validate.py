"""Validates Redfish resources on stdin (one JSON text a line) against DMTF's schemas in the archive given."""
import functools
import json
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


errors = 0
for line in sys.stdin:
    resource = json.loads(line)
    name = resource["@odata.type"][1:].rsplit(".", 1)[0] + ".json"
    if name not in names:
        print("no schema", name)
        errors += 1
        continue
    schema = load("/" + name)
    resolver = jsonschema.RefResolver(schema.get("$id", ""), schema, handlers={"http": load, "https": load})
    for error in jsonschema.Draft7Validator(schema, resolver=resolver).iter_errors(resource):
        errors += 1
        print(resource.get("@odata.id"), list(error.path), error.message[:300])
print("errors:", errors)
