"""Validates Redfish resources on stdin (one JSON text a line) against DMTF's schemas in the directory given."""
import json
import os
import sys

import jsonschema

directory = sys.argv[1]


class Never(dict):
    """A schema version that is not at hand: nothing matches it, so a newer one must."""

    def __missing__(self, key):
        return Never({"not": {}})


def load(uri):
    file = os.path.join(directory, uri.rsplit("/", 1)[1].split("#")[0])
    return json.load(open(file)) if os.path.exists(file) else Never()


errors = 0
for line in sys.stdin:
    resource = json.loads(line)
    name = resource["@odata.type"][1:].rsplit(".", 1)[0] + ".json"
    if not os.path.exists(os.path.join(directory, name)):
        print("no schema", name)
        errors += 1
        continue
    schema = load("/" + name)
    resolver = jsonschema.RefResolver(schema.get("$id", ""), schema, handlers={"http": load, "https": load})
    for error in jsonschema.Draft7Validator(schema, resolver=resolver).iter_errors(resource):
        errors += 1
        print(resource["@odata.id"], list(error.path), error.message[:300])
print("errors:", errors)
