"""Checks Redfish resources on stdin (one JSON text a line) against the interoperability profile given: what is mandatory of it (DSP0272)."""
import json
import sys

profile = json.load(open(sys.argv[1]))["Resources"]
errors = 0


def fail(resource, text):
    global errors
    errors += 1
    print(resource.get("@odata.id"), text)


def is_mandatory(requirement):
    return requirement.get("ReadRequirement", "Mandatory") == "Mandatory"


def check(resource, part, requirements, path):
    for name, requirement in requirements.items():
        where = f"{path}/{name}"
        if name not in part:
            if is_mandatory(requirement):
                fail(resource, f"lacks {where}")
            continue
        value = part[name]
        allowed = part.get(name + "@Redfish.AllowableValues")
        for wanted in requirement.get("MinSupportValues", []) if allowed is not None else []:
            if wanted not in allowed:
                fail(resource, f"{where} does not take {wanted}")
        if len(value) < requirement["MinCount"] if "MinCount" in requirement else False:
            fail(resource, f"{where} has too few")
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                check(resource, item, requirement.get("PropertyRequirements", {}), where)


seen = set()
for line in sys.stdin:
    resource = json.loads(line)
    kind = resource["@odata.type"][1:].split(".")[0]
    if kind not in profile or resource.get("Id") == "Settings":
        continue
    seen.add(kind)
    check(resource, resource, profile[kind].get("PropertyRequirements", {}), "")
    for action, requirement in profile[kind].get("ActionRequirements", {}).items():
        offered = resource.get("Actions", {}).get(f"#{kind}.{action}")
        if offered is None:
            if is_mandatory(requirement):
                fail(resource, f"lacks action {action}")
            continue
        for name, parameter in requirement.get("Parameters", {}).items():
            allowed = offered.get(name + "@Redfish.AllowableValues")
            for wanted in parameter.get("ParameterValues", []) if allowed is not None else []:
                if wanted not in allowed:
                    fail(resource, f"action {action} does not take {name} {wanted}")
for kind, requirement in profile.items():
    if kind not in seen and is_mandatory(requirement):
        errors += 1
        print("no resource of type", kind)
print("errors:", errors, "of", len(seen), "types")
