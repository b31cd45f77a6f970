"""Does with a BMC what OpenStack Ironic's redfish hardware type does, with sushy: arguments are address, user and password."""
import sys
import time

import sushy

address, user, password = sys.argv[1:]
root = sushy.Sushy(address + "/redfish/v1", username=user, password=password)
system = root.get_system_collection().get_members()[0]
manager = system.managers[0]
chassis = system.chassis[0]


def until(state):
    for _ in range(200):
        system.refresh(force=True)
        if system.power_state == state:
            return
        time.sleep(0.1)
    raise RuntimeError(f"power is {system.power_state}")


def switch(reset, state):
    """As Ironic does: what is refused for a moment is asked again."""
    for _ in range(100):
        try:
            system.reset_system(reset)
            break
        except sushy.exceptions.HTTPError as error:
            if error.status_code != 409:
                raise
            time.sleep(0.1)
    until(state)


print("threads", system.processors.summary.count, "memory", system.memory_summary.size_gib)
print("nics", len(system.ethernet_interfaces.summary))
storage = system.storage.get_members()[0]
print("drives", len(storage.drives), "volumes", len(storage.volumes.get_members()))
print("thermal", len(chassis.thermal.temperatures), "supplies", len(chassis.power.power_supplies))
print("adapters", len(chassis.network_adapters.get_members()))

system.set_system_boot_options(target=sushy.BOOT_SOURCE_TARGET_PXE, enabled=sushy.BOOT_SOURCE_ENABLED_ONCE)
system.refresh(force=True)
print("boot", system.boot.target.value, system.boot.enabled.value)
switch(sushy.RESET_TYPE_ON, sushy.SYSTEM_POWER_STATE_ON)
system.refresh(force=True)
print("boot", system.boot.enabled.value)

attributes = dict(system.bios.attributes)
name = next(key for key, value in attributes.items() if value in ("Enabled", "Enable", "DpuMode"))
wanted = {"Enabled": "Disabled", "Enable": "Disable", "DpuMode": "NicMode"}[attributes[name]]
system.bios.set_attribute(name, wanted)
system.bios.refresh(force=True)
print("bios pending", system.bios.pending_attributes[name] == wanted, "current", system.bios.attributes[name] == attributes[name])
switch(sushy.RESET_TYPE_FORCE_OFF, sushy.SYSTEM_POWER_STATE_OFF)
switch(sushy.RESET_TYPE_ON, sushy.SYSTEM_POWER_STATE_ON)
system.bios.refresh(force=True)
print("bios", system.bios.attributes[name] == wanted)
system.bios.reset_bios()

system.secure_boot.set_enabled(True)
print("secure boot databases", len(system.secure_boot.databases.get_members()), system.secure_boot.mode.value)

for device in manager.virtual_media.get_members():
    if sushy.VIRTUAL_MEDIA_CD in (device.media_types or []):
        device.insert_media("http://192.0.2.1/live.iso")
        device.eject_media()
        device.refresh(force=True)
        print("media inserted and ejected", not device.inserted)
        break

update = root.get_update_service()
firmware = update.firmware_inventory.get_members()
print("firmware", [item.identity for item in firmware][:3])
print("manager", manager.manager_type.value, manager.firmware_version)
sessions = root.get_session_service()
print("sessions", len(sessions.sessions.get_members()) >= 1)
print("done")
