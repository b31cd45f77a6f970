using Lab.Emulators.Storage.Store;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>Features (§5.27): what of them there is, and which of them a host may set.</summary>
internal sealed partial class AdminCommands
{
    private const byte NumberOfQueues = 0x07;
    private const byte WriteCache = 0x06;
    private const byte EventConfiguration = 0x0b;
    private const byte KeepAliveTimer = 0x0f;
    private const byte HostIdentifier = 0x81;
    private const byte ReservationPersistence = 0x83;
    private const int HostIdentifierBytes = 16;

    private void SetFeatures(in Command command)
    {
        var value = command.Dword(11);
        switch ((byte)command.Dword(10))
        {
            case NumberOfQueues:
                var wanted = Math.Max((int)(value & 0xffff), (int)(value >> 16)) + 1;
                controller.IoQueues = Math.Min(wanted, NvmeLimits.IoQueuesMax);
                queue.Succeed(command.Id, GrantedQueues);
                break;
            case EventConfiguration:
                controller.Events.Configuration = value;
                queue.Succeed(command.Id);
                break;
            case ReservationPersistence when !controller.IsDiscovery:
                queue.Refuse(command.Id, SetPersistence(command.NamespaceId, (value & 1) != 0));
                break;
            case WriteCache:
            case KeepAliveTimer:
            case HostIdentifier:
                // The cache is the store's and stays on; the timer and the host were settled by Connect.
                queue.Refuse(command.Id, StatusCode.FeatureNotChangeable);
                break;
            default:
                queue.Refuse(command.Id, StatusCode.InvalidField);
                break;
        }
    }

    private void GetFeatures(in Command command)
    {
        switch ((byte)command.Dword(10))
        {
            case NumberOfQueues:
                queue.Succeed(command.Id, GrantedQueues);
                break;
            case EventConfiguration:
                queue.Succeed(command.Id, controller.Events.Configuration);
                break;
            case WriteCache:
                queue.Succeed(command.Id, 1);
                break;
            case KeepAliveTimer:
                queue.Succeed(command.Id, (ulong)controller.Terms.KeepAlive.TotalMilliseconds);
                break;
            case ReservationPersistence when !controller.IsDiscovery && command.NamespaceId == NamespaceId:
                queue.Succeed(command.Id, subsystems.ReservationsOf(controller.Volume!.Id).IsPersistent ? 1u : 0);
                break;
            case HostIdentifier:
                Answer(command, controller.Terms.HostId.ToByteArray(bigEndian: true));
                break;
            default:
                queue.Refuse(command.Id, StatusCode.InvalidField);
                break;
        }
    }

    private StatusCode SetPersistence(uint id, bool isPersistent)
    {
        if (id is not (NamespaceId or AllNamespaces))
            return StatusCode.InvalidNamespace;
        try
        {
            subsystems.ReservationsOf(controller.Volume!.Id).SetPersistence(isPersistent);
            return StatusCode.Success;
        }
        catch (StoreException)
        {
            return StatusCode.InternalError;
        }
    }

    /// <summary>0's based, completion queues in the upper half.</summary>
    private ulong GrantedQueues => (uint)(controller.IoQueues - 1) * 0x00010001u;
}
