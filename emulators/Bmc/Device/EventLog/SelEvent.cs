namespace Lab.Emulators.Bmc.Device;

public enum EventSeverity { OK, Warning, Critical }

/// <summary>
/// One event, in the terms of both fronts: the fields of an IPMI event record (IPMI 2.0 §32.1) and the message of a Redfish LogEntry.
/// </summary>
public sealed record SelEvent
{
    /// <summary>Table 42-3.</summary>
    public required byte SensorType { get; init; }

    /// <summary>0 for events that no numbered sensor saw.</summary>
    public byte SensorNumber { get; init; }

    /// <summary>Table 42-1: 01h threshold, 6Fh sensor-specific.</summary>
    public byte EventType { get; init; } = SensorSpecific;

    /// <summary>The condition ended instead of beginning.</summary>
    public bool IsDeassertion { get; init; }

    /// <summary>The offset in bits 3:0, and what bits 7:4 say of data 2 and 3.</summary>
    public required byte Data1 { get; init; }
    public byte Data2 { get; init; } = Unspecified;
    public byte Data3 { get; init; } = Unspecified;

    /// <summary>02h is an event; C0h to FFh are OEM records, whose bytes are in <see cref="Raw"/>.</summary>
    public byte RecordType { get; init; } = EventRecord;

    /// <summary>0020h is the BMC.</summary>
    public ushort GeneratorId { get; init; } = 0x20;

    /// <summary>Bytes 4 to 16 of an OEM record as they were added, else null.</summary>
    public byte[]? Raw { get; init; }
    public EventSeverity Severity { get; init; }

    /// <summary>Of DMTF's registries, as in "ResourceEvent.1.4.ResourcePoweredOn".</summary>
    public string? MessageId { get; init; }
    public required string Message { get; init; }
    public string[] MessageArgs { get; init; } = [];

    public const byte SensorSpecific = 0x6f;
    public const byte Threshold = 0x01;
    public const byte EventRecord = 0x02;
    public const byte Unspecified = 0xff;
}

/// <param name="Id">Record id, 1 to FFFEh; Redfish's LogEntry.Id is the same number.</param>
public sealed record SelEntry(ushort Id, DateTimeOffset Created, SelEvent Event);
