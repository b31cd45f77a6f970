using Lab.Emulators.Bmc.Ipmi.Settings;
using Lab.Protocols.Ipmi;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>Configuration of serial over LAN (IPMI 2.0 §26.2, §26.3, table 26-5).</summary>
/// <param name="port">UDP port that payloads go to.</param>
internal sealed class SolConfigCommands(BmcInstance bmc, IpmiSettingsStore settings, int port)
{
    private const byte Revision = 0x11;
    private const byte RevisionOnly = 0x80;
    private const byte ForcedProtection = 0xc0;

    /// <summary>Code of the first of <see cref="BitRates"/>; the others follow it.</summary>
    private const int FirstBitRate = 6;
    private static readonly string[] BitRates = ["9600", "19200", "38400", "57600", "115200"];

    private readonly SetInProgress setInProgress = new(bmc.Time);

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.Transport, 0x21, IpmiPrivilege.Administrator, 2..4, SetAsync),
        Row(IpmiNetFn.Transport, 0x22, IpmiPrivilege.User, 4..4, Get),
    ];

    private IpmiResponse Get(IpmiCall call)
    {
        if (!IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel) || channel != IpmiChannel.Lan)
            return Error(IpmiCompletion.InvalidField);
        if ((call.Data[0] & RevisionOnly) != 0)
            return IpmiResponse.Of(Revision);
        var sol = settings.Current.Sol;
        byte[]? data = call.Data[1] switch
        {
            0 => [setInProgress.Value],
            1 => [sol.IsEnabled ? (byte)1 : (byte)0],
            2 => [(byte)(ForcedProtection | (byte)sol.Privilege)],
            3 => [sol.AccumulateSteps, sol.SendThreshold],
            4 => [sol.RetryCount, sol.RetrySteps],
            5 or 6 => [BitRateCode(bmc.Device.State.Manager.SerialBitRate)],
            7 => [IpmiChannel.Lan],
            8 => [(byte)port, (byte)(port >> 8)],
            _ => null,
        };
        return data is null ? Error(IpmiCompletion.ParameterNotSupported) : IpmiResponse.Of([Revision, .. data]);
    }

    private async ValueTask<IpmiResponse> SetAsync(IpmiCall call, CancellationToken token)
    {
        if (!IpmiChannel.TryResolve(call.Data[0], call.Channel, out var channel) || channel != IpmiChannel.Lan)
            return Error(IpmiCompletion.InvalidField);
        var (parameter, data) = (call.Data[1], call.Data[2..].ToArray());
        switch (parameter)
        {
            case 0:
                return setInProgress.Set(data);
            case 7 or 8:
                return Error(IpmiCompletion.ReadOnlyParameter);
            case > 8:
                return Error(IpmiCompletion.ParameterNotSupported);
        }
        if (data.Length != (parameter is 3 or 4 ? 2 : 1))
            return Error(IpmiCompletion.RequestLengthInvalid);
        if (parameter is 5 or 6)
            return await SetBitRateAsync(data[0] & 0x0f, token);
        if (Change(parameter, data) is not { } change)
            return Error(IpmiCompletion.InvalidField);
        settings.Change(s => s with { Sol = change(s.Sol) });
        return IpmiResponse.Done;
    }

    // Redfish's SerialInterface.BitRate of the manager is the same setting; volatile and non-volatile rate are one.
    private async ValueTask<IpmiResponse> SetBitRateAsync(int code, CancellationToken token)
    {
        if (BitRates.ElementAtOrDefault(code - FirstBitRate) is not { } rate)
            return Error(IpmiCompletion.InvalidField);
        await bmc.Device.ConfigureAsync(state => state with { Manager = state.Manager with { SerialBitRate = rate } }, token);
        return IpmiResponse.Done;
    }

    private static byte BitRateCode(string rate) => (byte)(FirstBitRate + Array.IndexOf(BitRates, rate));

    /// <summary>Null when the data are out of range.</summary>
    private static Func<SolSettings, SolSettings>? Change(byte parameter, byte[] data)
    {
        var privilege = (IpmiPrivilege)(data[0] & 0x0f);
        return parameter switch
        {
            1 => sol => sol with { IsEnabled = (data[0] & 1) != 0 },
            2 when privilege is >= IpmiPrivilege.User and <= IpmiPrivilege.Administrator => sol => sol with { Privilege = privilege },
            // 0 is reserved for the interval; a threshold of 0 sends what there is.
            3 when data[0] != 0 => sol => sol with { AccumulateSteps = data[0], SendThreshold = data[1] },
            4 when data[1] != 0 => sol => sol with { RetryCount = (byte)(data[0] & 0x07), RetrySteps = data[1] },
            _ => null,
        };
    }
}
