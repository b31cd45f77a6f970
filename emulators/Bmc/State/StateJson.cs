using System.Text.Json.Serialization;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.State;

[JsonSourceGenerationOptions(WriteIndented = true, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(DeviceState))]
[JsonSerializable(typeof(SystemEventLog))]
[JsonSerializable(typeof(BmcIdentity))]
[JsonSerializable(typeof(StoredAccounts))]
internal sealed partial class StateJson : JsonSerializerContext;
