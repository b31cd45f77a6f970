using System.Text;
using Lab.Emulators.Bmc.Ipmi.Settings;
using Lab.Protocols.Ipmi;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>System Info parameters (IPMI 2.0 §22.14a, §22.14b): strings by which software and BMC tell one another their names.</summary>
internal sealed class SystemInfoCommands(BmcInstance bmc, IpmiSettingsStore settings)
{
    private const byte Revision = 0x11;
    private const byte RevisionOnly = 0x80;
    private const byte FirmwareVersion = 1;
    private const byte SystemName = 2;
    private const byte LastString = 4;
    private const int BlockBytes = 16;
    private const int FirstBlockBytes = BlockBytes - 2;
    private const int BlocksMax = 4;

    private readonly SetInProgress setInProgress = new(bmc.Time);
    private readonly Lock gate = new();

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.App, 0x58, IpmiPrivilege.Administrator, 2..18, Set),
        Row(IpmiNetFn.App, 0x59, IpmiPrivilege.User, 4..4, Get),
    ];

    private IpmiResponse Get(IpmiCall call)
    {
        if ((call.Data[0] & RevisionOnly) != 0)
            return IpmiResponse.Of(Revision);
        var (parameter, block) = (call.Data[1], call.Data[2]);
        if (parameter == 0)
            return IpmiResponse.Of(Revision, setInProgress.Value);
        if (parameter > LastString)
            return Error(IpmiCompletion.ParameterNotSupported);
        var text = Encoding.Latin1.GetBytes(Text(parameter));
        // Encoding 0 is ASCII and Latin 1; the first block begins with it and the length.
        byte[] whole = [0, (byte)text.Length, .. text];
        var from = block * BlockBytes;
        if (from >= whole.Length)
            return Error(IpmiCompletion.ParameterOutOfRange);
        var part = new byte[BlockBytes];
        whole.AsSpan(from, Math.Min(BlockBytes, whole.Length - from)).CopyTo(part);
        return IpmiResponse.Of([Revision, block, .. part]);
    }

    private IpmiResponse Set(IpmiCall call)
    {
        var parameter = (byte)(call.Data[0] & 0x7f);
        if (parameter == 0)
            return setInProgress.Set(call.Data[1..]);
        if (parameter == FirmwareVersion)
            return Error(IpmiCompletion.ReadOnlyParameter);
        if (parameter > LastString)
            return Error(IpmiCompletion.ParameterNotSupported);
        var block = call.Data[1];
        if (block >= BlocksMax)
            return Error(IpmiCompletion.ParameterOutOfRange);
        var part = call.Data[2..];
        if (part.IsEmpty || (block == 0 && part.Length < 2))
            return Error(IpmiCompletion.RequestLengthInvalid);
        lock (gate)
        {
            var before = block == 0 ? "" : Text(parameter);
            var at = block == 0 ? 0 : FirstBlockBytes + ((block - 1) * BlockBytes);
            if (before.Length < at)
                return Error(IpmiCompletion.ParameterOutOfRange);
            var added = block == 0 ? part.Slice(2, Math.Min(part[1], part.Length - 2)) : part;
            var text = before[..at] + Encoding.Latin1.GetString(added).TrimEnd('\0');
            settings.Change(s => s with { SystemInfo = s.SystemInfo.SetItem(parameter, text) });
        }
        return IpmiResponse.Done;
    }

    private string Text(byte parameter) => parameter switch
    {
        FirmwareVersion => bmc.Profile.Bmc.FirmwareVersion,
        SystemName => settings.Current.SystemInfo.GetValueOrDefault(parameter) ?? bmc.Name,
        _ => settings.Current.SystemInfo.GetValueOrDefault(parameter) ?? "",
    };
}
