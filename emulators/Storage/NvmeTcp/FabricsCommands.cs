using Lab.Emulators.Storage.Store;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>Fabrics commands (NVMe base specification 2.0 §6): Connect, properties, authentication.</summary>
internal sealed class FabricsCommands(NvmeQueue queue, NvmeConnection connection, NvmePort port, NvmeSubsystems subsystems, TimeProvider time)
{
    private const uint CapabilitiesAt = 0x00;
    private const uint VersionAt = 0x08;
    private const uint ConfigurationAt = 0x14;
    private const uint StatusAt = 0x1c;

    /// <summary>1.4: hosts then stay off what is new in 2.0.</summary>
    public const uint Version = 0x00010400;

    /// <summary>CAP: MQES, CQR, TO of 10 s, the NVM command set.</summary>
    private const ulong Capabilities = (NvmeLimits.QueueEntriesMax - 1) | (1ul << 16) | (20ul << 24) | (1ul << 37);

    /// <summary>AUTHREQ: an authentication transaction is required on this queue.</summary>
    private const ulong AuthenticationRequired = 1ul << 17;

    /// <summary>IATTR: the invalid parameter is in the data, at the offset in bits 15 to 0.</summary>
    private const ulong InData = 1ul << 16;
    private const int HostIdAt = 0;
    private const int ControllerIdAt = 16;
    private const int SubsystemAt = 256;
    private const int HostAt = 512;
    private const int QueueIdAt = 42;
    private const int SizeAt = 44;

    private DhchapAuthentication? authentication;

    /// <summary>The host has shown that it is who it says, or need not.</summary>
    public bool IsAuthenticated => authentication?.IsDone ?? true;

    public int HostBytes(in Command command, out StatusCode status)
    {
        status = command.FabricsType switch
        {
            FabricsType.Connect when queue.Controller is not null => StatusCode.CommandSequenceError,
            FabricsType.Connect => StatusCode.Success,
            FabricsType.PropertyGet or FabricsType.PropertySet or FabricsType.AuthenticationSend or FabricsType.AuthenticationReceive =>
                queue.Controller is null ? StatusCode.CommandSequenceError : StatusCode.Success,
            _ => StatusCode.InvalidOpcode,
        };
        if (status != StatusCode.Success)
            return 0;
        if (command.FabricsType == FabricsType.AuthenticationSend)
        {
            if (authentication is null || command.Dword(11) is 0 or > DhchapAuthentication.MessageBytesMax)
                status = StatusCode.InvalidField;
            return status == StatusCode.Success ? (int)command.Dword(11) : 0;
        }
        return command.FabricsType == FabricsType.Connect ? ConnectData.Size : 0;
    }

    public void Execute(in Command command, HostData data)
    {
        switch (command.FabricsType)
        {
            case FabricsType.Connect:
                Connect(command, data);
                break;
            case FabricsType.PropertyGet:
                GetProperty(command);
                break;
            case FabricsType.PropertySet:
                SetProperty(command);
                break;
            case FabricsType.AuthenticationSend:
                authentication!.Take(data.Bytes.Span);
                queue.Succeed(command.Id);
                break;
            default:
                Receive(command);
                break;
        }
        connection.Release(data);
    }

    private void Connect(in Command command, HostData data)
    {
        var (format, queueId, size) = ((ushort)command.Dword(10), (ushort)(command.Dword(10) >> 16), (command.Dword(11) & 0xffff) + 1);
        if (format != 0)
            queue.Refuse(command.Id, StatusCode.ConnectIncompatibleFormat);
        else if (!ConnectData.TryRead(data.Bytes.Span, out var host) || host.HostNqn.Length is 0 or > StoreLimits.NqnBytesMax)
            queue.Refuse(command.Id, StatusCode.ConnectInvalidParameters, InData | HostAt);
        else if (size < 2 || size > (queueId == 0 ? NvmeLimits.AdminEntriesMax : NvmeLimits.QueueEntriesMax))
            queue.Refuse(command.Id, StatusCode.ConnectInvalidParameters, SizeAt);
        else if (queueId == 0)
            ConnectAdmin(command.Id, host, (int)size, TimeSpan.FromMilliseconds(command.Dword(12)));
        else
            ConnectIo(command.Id, host, queueId, (int)size);
    }

    private void ConnectAdmin(ushort commandId, ConnectData host, int size, TimeSpan keepAlive)
    {
        if (host.ControllerId != ConnectData.AnyController)
        {
            queue.Refuse(commandId, StatusCode.ConnectInvalidParameters, InData | ControllerIdAt);
            return;
        }
        ControllerTerms terms;
        VolumeStore.VolumeUse? use = null;
        if (host.SubsystemNqn == NvmeSubsystems.DiscoveryNqn)
            terms = new ControllerTerms(host.SubsystemNqn, null, host.HostNqn, host.HostId, null, null, true, port, keepAlive);
        else
        {
            var (export, allowed) = subsystems.Store.ExportsFor(host.HostNqn).FirstOrDefault(one => NvmeSubsystems.NqnOf(one.Export.Id) == host.SubsystemNqn);
            if (export is null)
            {
                // Who may not see a subsystem is not told whether it is there.
                queue.Refuse(commandId, StatusCode.ConnectInvalidParameters, InData | SubsystemAt);
                return;
            }
            HostAccess access;
            try
            {
                access = new HostAccess(port, host.HostId, subsystems.ReservationsOf(export.VolumeId));
                use = subsystems.Store.Use(export.Id, access);
            }
            catch (StoreException)
            {
                queue.Refuse(commandId, StatusCode.InternalError);
                return;
            }
            terms = new ControllerTerms(host.SubsystemNqn, export.Id, host.HostNqn, host.HostId, allowed, access, export.ReadOnly, port, keepAlive);
        }
        if (subsystems.TryAdd(id => new NvmeController(id, terms, use, connection, time)) is { } controller)
            Begin(commandId, 0, size, controller);
        else
        {
            use?.Dispose();
            queue.Refuse(commandId, StatusCode.ConnectControllerBusy);
        }
    }

    private void ConnectIo(ushort commandId, ConnectData host, ushort queueId, int size)
    {
        var controller = subsystems.Find(host.ControllerId);
        if (controller is null || controller.IsDiscovery || controller.Port != port)
            queue.Refuse(commandId, StatusCode.ConnectInvalidParameters, InData | ControllerIdAt);
        else if (controller.Terms.SubsystemNqn != host.SubsystemNqn)
            queue.Refuse(commandId, StatusCode.ConnectInvalidParameters, InData | SubsystemAt);
        else if (controller.Terms.HostNqn != host.HostNqn)
            queue.Refuse(commandId, StatusCode.ConnectInvalidParameters, InData | HostAt);
        else if (controller.Terms.HostId != host.HostId)
            queue.Refuse(commandId, StatusCode.ConnectInvalidParameters, InData | HostIdAt);
        else if (!controller.IsEnabled)
            queue.Refuse(commandId, StatusCode.CommandSequenceError);
        else if (queueId > controller.IoQueues || controller.HasQueue(queueId))
            queue.Refuse(commandId, StatusCode.ConnectInvalidParameters, QueueIdAt);
        else if (!controller.TryAdd(connection))
            queue.Refuse(commandId, StatusCode.ConnectControllerBusy);
        else
            Begin(commandId, queueId, size, controller);
    }

    private void Begin(ushort commandId, ushort queueId, int size, NvmeController controller)
    {
        if (controller.Terms.Allowed is { Secret: { } secret } allowed)
            authentication = new DhchapAuthentication(new DhchapParties(
                controller.Terms.HostNqn, controller.Terms.SubsystemNqn, DhchapSecret.Parse(secret),
                allowed.ControllerSecret is { } own ? DhchapSecret.Parse(own) : null));
        queue.Begin(queueId, size, controller);
        queue.Succeed(commandId, controller.Id | (authentication is null ? 0 : AuthenticationRequired));
    }

    private void GetProperty(in Command command)
    {
        var isLong = (command.Dword(10) & 7) == 1;
        ulong? value = command.Dword(11) switch
        {
            CapabilitiesAt when isLong => Capabilities,
            VersionAt when !isLong => Version,
            ConfigurationAt when !isLong => queue.Controller!.Configuration,
            StatusAt when !isLong => queue.Controller!.Status,
            _ => null,
        };
        if (value is { } known && IsAuthenticated)
            queue.Succeed(command.Id, known);
        else
            queue.Refuse(command.Id, IsAuthenticated ? StatusCode.InvalidField : StatusCode.AuthenticationRequired);
    }

    private void SetProperty(in Command command)
    {
        var isConfiguration = command.Dword(11) == ConfigurationAt && (command.Dword(10) & 7) == 0 && queue.Id == 0;
        if (isConfiguration && IsAuthenticated)
            queue.Controller!.Configure(command.Dword(12));
        queue.Refuse(command.Id, !IsAuthenticated ? StatusCode.AuthenticationRequired : isConfiguration ? StatusCode.Success : StatusCode.InvalidField);
    }

    private void Receive(in Command command)
    {
        if (authentication?.Give() is not { } message || command.Dword(11) < message.Length || !command.IsDataByTransport)
        {
            queue.Refuse(command.Id, StatusCode.InvalidField);
            return;
        }
        connection.RespondWithData(command.Id, message, isSuccess: false);
        queue.Succeed(command.Id);
        if (authentication.HasFailed)
        {
            connection.SendAnswers();
            connection.Abort();
        }
    }
}
