using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Ipmi.Settings;
using Lab.Protocols.Ipmi;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>System boot options (IPMI 2.0 §28.12, §28.13): parameters 0, 3, 4 and 5.</summary>
internal sealed class BootOptionCommands(BmcInstance bmc, IpmiSettingsStore settings)
{
    private const byte SetInProgressParameter = 0;
    private const byte ValidBitClearing = 3;
    private const byte Acknowledge = 4;
    private const byte Flags = 5;
    private const byte ParameterVersion = 1;
    private const byte LockedBit = 0x80;
    private const byte SelectorMask = 0x7f;

    /// <summary>Parameter 3: flags stay valid without a Chassis Control command.</summary>
    private const byte KeepWithoutControl = 0x08;

    private readonly SetInProgress setInProgress = new(bmc.Time);
    private readonly HashSet<byte> locked = [];

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.Chassis, 0x08, IpmiPrivilege.Operator, 1..17, SetAsync),
        Row(IpmiNetFn.Chassis, 0x09, IpmiPrivilege.Operator, 3..3, Get),
    ];

    private async ValueTask<IpmiResponse> SetAsync(IpmiCall call, CancellationToken token)
    {
        var parameter = (byte)(call.Data[0] & SelectorMask);
        var length = parameter switch
        {
            SetInProgressParameter or ValidBitClearing => 1,
            Acknowledge => 2,
            Flags => BootFlags.Bytes,
            _ => -1,
        };
        if (length < 0)
            return Error(IpmiCompletion.ParameterNotSupported);
        var data = call.Request.Data[1..];
        // Without data only the lock of the parameter changes.
        if (data.Length != length && data.Length != 0)
            return Error(IpmiCompletion.RequestLengthInvalid);
        var response = data.IsEmpty ? IpmiResponse.Done : await WriteAsync(parameter, data, token);
        if (response.Completion == IpmiCompletion.Success)
            Lock(parameter, (call.Data[0] & LockedBit) != 0);
        return response;
    }

    private ValueTask<IpmiResponse> WriteAsync(byte parameter, ReadOnlyMemory<byte> data, CancellationToken token)
    {
        var bytes = data.Span;
        var (first, last) = (bytes[0], bytes[^1]);
        switch (parameter)
        {
            case SetInProgressParameter:
                return new(setInProgress.Set(bytes));
            case ValidBitClearing:
                settings.Change(s => s with { Boot = s.Boot with { ValidBitClearing = (byte)(first & 0x1f) } });
                break;
            case Acknowledge:
                // The first byte says which bits of the second are meant.
                settings.Change(s => s with { Boot = s.Boot with { Acknowledge = (byte)((s.Boot.Acknowledge & ~first) | (last & first)) } });
                break;
            default:
                return WriteFlagsAsync(data.ToArray(), token);
        }
        return new(IpmiResponse.Done);
    }

    private async ValueTask<IpmiResponse> WriteFlagsAsync(byte[] flags, CancellationToken token)
    {
        if (BootFlags.ToOverride(flags) is not { } boot)
            return Error(IpmiCompletion.InvalidField);
        settings.Change(s => s with { Boot = s.Boot with { Flags = flags } });
        // A persistent override is a lasting wish; only that for the next start runs out.
        if (boot.Enabled == BootOverrideEnabled.Once && (settings.Current.Boot.ValidBitClearing & KeepWithoutControl) == 0)
            boot = boot with { ExpiresAt = bmc.Time.GetUtcNow() + BootFlags.ValidTime };
        await bmc.Device.ConfigureAsync(state => state with { Boot = boot }, token);
        return IpmiResponse.Done;
    }

    private IpmiResponse Get(IpmiCall call)
    {
        var parameter = (byte)(call.Data[0] & SelectorMask);
        var boot = settings.Current.Boot;
        byte[]? data = parameter switch
        {
            SetInProgressParameter => [setInProgress.Value],
            ValidBitClearing => [boot.ValidBitClearing],
            Acknowledge => [0, boot.Acknowledge],
            Flags => BootFlags.FromOverride(bmc.Device.State.Boot, boot.Flags),
            _ => null,
        };
        return data is null
            ? Error(IpmiCompletion.ParameterNotSupported)
            : IpmiResponse.Of([ParameterVersion, (byte)(parameter | (IsLocked(parameter) ? LockedBit : 0)), .. data]);
    }

    private bool IsLocked(byte parameter)
    {
        lock (locked)
            return locked.Contains(parameter);
    }

    private void Lock(byte parameter, bool isLocked)
    {
        lock (locked)
            if (isLocked)
                locked.Add(parameter);
            else
                locked.Remove(parameter);
    }
}
