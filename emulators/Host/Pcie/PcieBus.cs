using System.Collections.Concurrent;
using System.Xml.Linq;
using Lab.Emulators.Host.Definition;
using Lab.Interop.Libvirt;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Host.Pcie;

/// <summary>What a plug did.</summary>
public sealed record PlugResult(int Slot, string PciAddress, string Mechanism);

/// <summary>One line of the list.</summary>
public sealed record FunctionStatus(PlacedFunction Placed, string PciAddress, FunctionPresence Presence, string Mechanism);

public enum FunctionPresence
{
    /// <summary>The running host has it.</summary>
    Plugged,

    /// <summary>The host is off and will have it.</summary>
    Cold,

    /// <summary>The host was asked to release it and has not yet.</summary>
    Unplugging,

    /// <summary>The running host released it after the time limit; it returns at the next power-on unless unplugged again.</summary>
    Released,
}

/// <summary>
/// Plugs functions into one host's root ports and pulls them out, in the running machine and in its definition, so that a power
/// cycle keeps them. One change at a time. All state is read back from libvirt, and from QEMU what libvirt does not know
/// (<see cref="PluggedDisks"/>); nothing is remembered that a restart may lose, and what the last change left is only
/// a guess, which the next one proves by being done.
/// </summary>
public sealed partial class PcieBus(HostDefinition host, string vhostDirectory, LibvirtLink libvirt, TimeProvider time, ILogger<PcieBus> log)
    : IDisposable
{
    private static readonly TimeSpan ReleasePoll = TimeSpan.FromMilliseconds(500);

    private readonly FunctionXml xml = new(vhostDirectory);
    private readonly PluggedDisks disks = new(vhostDirectory);
    private readonly SemaphoreSlim changing = new(1, 1);

    /// <summary>Functions the host was asked to release, and whether QEMU was asked itself.</summary>
    private readonly ConcurrentDictionary<string, bool> unplugging = new();
    private volatile TaskCompletionSource deviceChanged = NewSource();
    private volatile RunMechanism lastMechanism = new("", HotplugMechanism.Cold);
    private PcieState? guess;

    /// <summary>To be called for every new connection.</summary>
    public void Observe(LibvirtConnection connection)
    {
        connection.DeviceChanged += e => Wake(e.DomainName);
        connection.QemuDeviceRemoved += e =>
        {
            // libvirt says so itself of what it knows, once its XML is without it.
            if (FunctionXml.IdOf(e.Alias) is { } id && unplugging.TryGetValue(id, out var askedQemu) && askedQemu)
                Wake(e.DomainName);
        };
        connection.LifecycleChanged += e => Wake(e.DomainName);
    }

    /// <summary>Defines the domain, or changes its definition to the options given; the functions it has stay.</summary>
    public async Task EnsureDefinedAsync(CancellationToken token)
    {
        await UseAsync(
            connection =>
            {
                using var existing = connection.FindDomain(host.Name);
                var functions = existing is null ? [] : FunctionXml.ReadAll(XElement.Parse(existing.GetXml(LibvirtXmlFlags.Inactive)));
                Define(connection, existing?.Uuid ?? host.Uuid, functions);
                LogDefined(host.Name, functions.Count);
                return true;
            },
            token);
    }

    /// <exception cref="PcieException">See <see cref="PcieException.Code"/>.</exception>
    public async Task<PlugResult> PlugAsync(PcieFunction function, CancellationToken token)
    {
        await changing.WaitAsync(token);
        try
        {
            var result = await UseAsync(connection => Plug(connection, function), token);
            LogPlugged(function.Id, result.Slot, result.Mechanism);
            return result;
        }
        finally
        {
            changing.Release();
        }
    }

    /// <returns>The mechanism.</returns>
    /// <exception cref="PcieException"><see cref="PcieException.TimedOut"/>: the guest keeps it and so does the definition.</exception>
    public async Task<string> UnplugAsync(string id, CancellationToken token)
    {
        await changing.WaitAsync(token);
        try
        {
            var mechanism = await ReleaseAsync(id, token);
            await UseAsync(connection => RemoveFromDefinition(connection, id), token);
            LogUnplugged(id, mechanism);
            return mechanism;
        }
        finally
        {
            changing.Release();
        }
    }

    public Task<IReadOnlyList<FunctionStatus>> ListAsync(CancellationToken token) => UseAsync(
        connection =>
        {
            using var domain = connection.LookupDomain(host.Name);
            var state = PcieState.Read(domain);
            var mechanism = MechanismOf(domain, state);
            return (IReadOnlyList<FunctionStatus>)[.. state.All.Select(f => new FunctionStatus(f, AddressOf(f, state), PresenceOf(f, state), mechanism))];
        },
        token);

    public void Dispose() => changing.Dispose();

    private PlugResult Plug(LibvirtConnection connection, PcieFunction function)
    {
        using var domain = connection.LookupDomain(host.Name);
        // The guest waits for its device, and reading the domain takes longer than anything else here. A running host that has changed
        // since refuses what a wrong guess asks of it.
        if (Interlocked.Exchange(ref guess, null) is { TakesAtOnce: true } guessed && guessed.Find(function.Id) is null)
        {
            try
            {
                return Plug(connection, domain, guessed, function);
            }
            catch (Exception e) when (e is LibvirtException or PcieException)
            {
                LogWrongGuess(function.Id, e.Message);
            }
        }
        return Plug(connection, domain, PcieState.Read(domain), function);
    }

    private PlugResult Plug(LibvirtConnection connection, LibvirtDomain domain, PcieState state, PcieFunction function)
    {
        var placed = state.Find(function.Id);
        if (placed is not null && placed.Function != function)
            throw new PcieException(PcieException.Exists, $"function {function.Id} exists with other parameters");
        var slot = placed?.Slot ?? state.LowestFreeSlot(HostDefinition.RootPorts)
            ?? throw new PcieException(PcieException.NoSpace, $"all {HostDefinition.RootPorts} root ports are taken");
        placed = new PlacedFunction(function, slot);

        // Live before config: a device the running machine refuses leaves nothing behind. The host may be switched on or off by
        // the BMC at any moment, so look again until both sides have it.
        for (; !Has(state, function.Id); state = PcieState.Read(domain))
        {
            // Both in one call where both take the same device, so that libvirt is done while the guest still looks at it.
            var atOnce = state.TakesAtOnce && state.Find(function.Id) is null;
            if (atOnce && TryAttach(domain, placed, state, LibvirtDomainImpact.Live | LibvirtDomainImpact.Config))
            {
                guess = state.With(placed);
                break;
            }
            if (atOnce || (state.IsActive && state.FindLive(function.Id) is null && !TryAttach(domain, placed, state, LibvirtDomainImpact.Live)))
                continue;
            if (!state.IsConfigured(function.Id))
                Define(connection, domain.Uuid, [.. state.Config, placed]);
        }
        unplugging.TryRemove(function.Id, out _);
        return new PlugResult(slot, AddressOf(placed, state), MechanismOf(domain, state));
    }

    private static bool Has(PcieState state, string id) => state.IsConfigured(id) && (!state.IsActive || state.FindLive(id) is not null);

    // The definition is this service's alone, so it may be written whole.
    private void Define(LibvirtConnection connection, Guid uuid, IEnumerable<PlacedFunction> functions)
    {
        using var domain = connection.DefineDomain(DomainXml.Build(host with { Uuid = uuid }, functions.Select(f => xml.Write(f))).ToString());
    }

    /// <returns>False when the host was switched off meanwhile.</returns>
    private bool TryAttach(LibvirtDomain domain, PlacedFunction placed, PcieState state, LibvirtDomainImpact impact)
    {
        try
        {
            if (placed.Function is VirtioBlkFunction disk && impact.HasFlag(LibvirtDomainImpact.Live))
            {
                disks.Plug(domain, disk, placed.Slot, state.TakesBootOrder);
                impact &= ~LibvirtDomainImpact.Live;
            }
            if (impact != 0)
                domain.AttachDevice(xml.Write(placed, state.TakesBootOrder).ToString(), impact);
            return true;
        }
        catch (LibvirtException e) when (e.Code == LibvirtErrorCode.OperationInvalid && !domain.IsActive)
        {
            return false;
        }
    }

    private async Task<string> ReleaseAsync(string id, CancellationToken token)
    {
        var start = time.GetTimestamp();
        var known = false;
        var mechanism = HotplugMechanism.Cold;
        while (true)
        {
            var changed = deviceChanged.Task;
            var step = await UseAsync(connection => AskToRelease(connection, id), token);
            if (!step.Known && !known)
                throw new PcieException(PcieException.NoDevice, $"no function {id}");
            known = true;
            if (step.Released)
            {
                unplugging.TryRemove(id, out _);
                return step.WasLive ? step.Mechanism : mechanism;
            }
            mechanism = step.Mechanism;
            var left = PcieLimits.ReleaseTime - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                throw new PcieException(PcieException.TimedOut, $"the host did not release function {id} within {PcieLimits.ReleaseTime.TotalSeconds:0} s");
            await WaitAsync(changed, left < ReleasePoll ? left : ReleasePoll, token);
        }
    }

    private ReleaseStep AskToRelease(LibvirtConnection connection, string id)
    {
        using var domain = connection.LookupDomain(host.Name);
        var state = PcieState.Read(domain);
        var known = state.Find(id);
        var (wasLive, mechanism) = (false, HotplugMechanism.Cold);
        if (state.FindLive(id) is { } placed)
        {
            (wasLive, mechanism) = (true, MechanismOf(domain, state));
            Detach(domain, placed, state);
            state = PcieState.Read(domain);
        }
        var released = state.FindLive(id) is null;
        if (released && state.IsActive && known?.Function is VirtioBlkFunction disk)
            PluggedDisks.Forget(domain, disk);
        return new ReleaseStep(known is not null, released, wasLive, mechanism);
    }

    private void Detach(LibvirtDomain domain, PlacedFunction placed, PcieState state)
    {
        var id = placed.Function.Id;
        unplugging[id] = !state.IsInDomain(id);
        try
        {
            if (state.IsInDomain(id))
                domain.DetachDevice(xml.Write(placed).ToString(), LibvirtDomainImpact.Live);
            else
                PluggedDisks.AskToRelease(domain, id);
        }
        catch (LibvirtException e) when (IsUnplugPending(e) || e.Code is LibvirtErrorCode.DeviceMissing or LibvirtErrorCode.OperationInvalid)
        {
            // Asked before, or gone meanwhile: the state tells.
        }
    }

    private static bool IsUnplugPending(LibvirtException e) =>
        e.Message.Contains("already in the process of unplug", StringComparison.Ordinal);

    private bool RemoveFromDefinition(LibvirtConnection connection, string id)
    {
        using var domain = connection.LookupDomain(host.Name);
        var state = PcieState.Read(domain);
        if (state.IsConfigured(id))
            Define(connection, domain.Uuid, state.Config.Where(f => f.Function.Id != id));
        guess = state.Without(id);
        return true;
    }

    private static string AddressOf(PlacedFunction placed, PcieState state) =>
        state.IsActive ? placed.GuestAddress : PlacedFunction.AddressWhileOff;

    /// <summary>QEMU is asked once a run: the mechanism cannot change under a running guest.</summary>
    private string MechanismOf(LibvirtDomain domain, PcieState state)
    {
        if (state.RunId is not { } run)
            return HotplugMechanism.Cold;
        var (known, mechanism) = lastMechanism;
        if (known != run)
            lastMechanism = new(run, mechanism = HotplugMechanism.Read(domain));
        return mechanism;
    }

    private FunctionPresence PresenceOf(PlacedFunction placed, PcieState state)
    {
        if (!state.IsActive)
            return FunctionPresence.Cold;
        if (state.FindLive(placed.Function.Id) is null)
            return FunctionPresence.Released;
        return unplugging.ContainsKey(placed.Function.Id) ? FunctionPresence.Unplugging : FunctionPresence.Plugged;
    }

    private async Task<T> UseAsync<T>(Func<LibvirtConnection, T> work, CancellationToken token)
    {
        try
        {
            return await libvirt.UseAsync(work, PcieLimits.LibvirtTime, token);
        }
        catch (Exception e) when (e is LibvirtException or TimeoutException)
        {
            throw new PcieException(PcieException.IoError, e.Message);
        }
    }

    private async Task WaitAsync(Task changed, TimeSpan limit, CancellationToken token)
    {
        try
        {
            await changed.WaitAsync(limit, time, token);
        }
        catch (TimeoutException)
        {
            // No event; the caller looks at the domain itself.
        }
    }

    private void Wake(string domainName)
    {
        if (domainName == host.Name)
            Interlocked.Exchange(ref deviceChanged!, NewSource()).TrySetResult();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record RunMechanism(string RunId, string Mechanism);

    private readonly record struct ReleaseStep(bool Known, bool Released, bool WasLive, string Mechanism);
}
