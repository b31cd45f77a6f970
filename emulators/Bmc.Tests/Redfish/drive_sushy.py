"""Drives the BMC as OpenStack Ironic does, with sushy: arguments are address, user and password."""
import sys

import sushy

address, user, password = sys.argv[1:]
root = sushy.Sushy(address + "/redfish/v1", username=user, password=password)
system = root.get_system_collection().get_members()[0]
print("power", system.power_state.value)
print("resets", sorted(value.value for value in system.get_allowed_reset_system_values()))
print("boot sources", sorted(value.value for value in system.get_allowed_system_boot_source_values()))
system.reset_system(sushy.RESET_TYPE_ON)
system.refresh(force=True)
print("power", system.power_state.value)
system.set_system_boot_options(target=sushy.BOOT_SOURCE_TARGET_PXE, enabled=sushy.BOOT_SOURCE_ENABLED_ONCE)
system.refresh(force=True)
print("boot", system.boot.target.value, system.boot.enabled.value, system.boot.mode.value)
system.set_system_boot_options(target=sushy.BOOT_SOURCE_TARGET_HDD, enabled=sushy.BOOT_SOURCE_ENABLED_DISABLED)
system.reset_system(sushy.RESET_TYPE_FORCE_RESTART)
system.reset_system(sushy.RESET_TYPE_FORCE_OFF)
system.refresh(force=True)
print("power", system.power_state.value)
print("manager", system.managers[0].manager_type.value)
print("chassis", system.chassis[0].chassis_type.value)
