namespace Lab.Emulators.Bmc.Device;

/// <summary>What is in one slot of virtual media.</summary>
/// <param name="Image">The URI it was inserted by.</param>
/// <param name="IsCd">The slot is a CD drive; else it is a disk.</param>
/// <param name="File">Where the image lies on this machine; null for a simulated host, which does not read it.</param>
public sealed record InsertedMedia(
    string Image, string? File, bool IsCd, bool WriteProtected, string? UserName, string TransferMethod, string? TransferProtocolType, DateTimeOffset InsertedAt);
