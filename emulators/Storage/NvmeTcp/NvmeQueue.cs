using Lab.Emulators.Storage.Exports;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>What the commands of a queue are done by, once Connect said which queue it is.</summary>
internal interface ICommandSet
{
    /// <summary>Bytes that the host has to send with a command, 0 for none; or why it is refused.</summary>
    int HostBytes(in Command command, out StatusCode status);

    /// <summary>Does a command and completes it, now or later; releases its data.</summary>
    void Execute(in Command command, HostData data);

    /// <summary>What a command that comes now belongs to; null where commands are not aborted by others.</summary>
    CommandEpoch? Epoch { get; }

    /// <summary>No command comes any more: blocks until nothing is being worked on.</summary>
    void End();
}

/// <summary>
/// A queue pair from Connect to its end (NVMe base specification 2.0 §3.3.2): it takes each command's data, sees that the host is who it
/// says, and leaves the rest to the commands of its kind.
/// </summary>
internal sealed class NvmeQueue
{
    private readonly NvmeConnection connection;
    private readonly NvmeTargetOptions options;
    private readonly NvmeSubsystems subsystems;
    private readonly ExportSessions sessions;
    private readonly FabricsCommands fabrics;
    private ExportSession? session;
    private ICommandSet? commands;
    private CommandTimer? timer;
    private int entries;

    public NvmeQueue(
        NvmeConnection connection, NvmePort port, NvmeTargetOptions options, NvmeSubsystems subsystems, ExportSessions sessions, TimeProvider time)
    {
        this.connection = connection;
        this.options = options;
        this.subsystems = subsystems;
        this.sessions = sessions;
        fabrics = new FabricsCommands(this, connection, port, subsystems, time);
    }

    /// <summary>QID; null before Connect.</summary>
    public ushort? Id { get; private set; }

    /// <summary>SQHD.</summary>
    public ushort Head { get; private set; }

    public NvmeController? Controller { get; private set; }

    /// <param name="data">What came in the capsule.</param>
    public void Take(in Command command, ReadOnlyMemory<byte> data, HostTransfers transfers)
    {
        Head = entries == 0 ? (ushort)0 : (ushort)((Head + 1) % entries);
        Controller?.Hear();
        // Before the host's right to it is looked at: whoever takes that away and then aborts finds the command in the one or the other.
        var epoch = commands?.Epoch;
        var expected = HostBytes(command, out var status);
        if (status != StatusCode.Success)
            Refuse(command.Id, status);
        else if (!command.UsesSgl || command.Fuse != 0)
            Refuse(command.Id, StatusCode.InvalidField);
        else if (expected == 0)
            Execute(command, new HostData(default, null, WasAskedFor: false, epoch));
        else if (command.DataLength != expected)
            Refuse(command.Id, StatusCode.SglLengthInvalid);
        else if (command.IsDataInCapsule && command.DataOffset == 0 && data.Length == expected)
            Execute(command, new HostData(data, null, WasAskedFor: false, epoch));
        else if (!command.IsDataByTransport || !data.IsEmpty)
            Refuse(command.Id, StatusCode.InvalidSglDescriptor);
        else if (!transfers.TryStart(command, expected, epoch))
            Refuse(command.Id, StatusCode.InternalError);
    }

    /// <summary>Does a command whose data is there.</summary>
    public void Execute(in Command command, HostData data)
    {
        if (command.Opcode == Opcode.Fabrics)
            fabrics.Execute(command, data);
        else
        {
            var sample = timer?.Begin();
            commands!.Execute(command, data);
            sample?.Leave();
        }
    }

    public void Refuse(ushort commandId, StatusCode status, ulong result = 0) =>
        connection.Respond(new Completion(result, Head, commandId, status));

    public void Succeed(ushort commandId, ulong result = 0) => Refuse(commandId, StatusCode.Success, result);

    /// <summary>The queue is one of a controller from now on.</summary>
    public void Begin(ushort id, int size, NvmeController controller)
    {
        (Id, entries, Controller) = (id, size, controller);
        Head = 1 % size == 0 ? (ushort)0 : (ushort)1;
        if (controller.Terms.ExportId is { } export)
        {
            session = sessions.Add(export, connection.Abort);
            // Whoever deleted the export meanwhile either sees the session or is seen here.
            if (!subsystems.Store.HasExport(export))
                connection.Abort();
        }
        timer = id == 0 ? null : new CommandTimer(subsystems.TimesOf(controller.Volume!.Id));
        commands = id == 0 ? new AdminCommands(this, connection, controller, subsystems, options) : new IoCommands(this, connection, controller, subsystems, options);
    }

    /// <summary>The connection is gone. With the admin queue goes the controller.</summary>
    public void End()
    {
        commands?.End();
        if (Id == 0 && Controller is { } controller)
        {
            subsystems.Remove(controller);
            controller.Dispose();
        }
        else
            Controller?.Remove(connection);
        session?.Dispose();
    }

    private int HostBytes(in Command command, out StatusCode status)
    {
        if (command.Opcode == Opcode.Fabrics)
            return fabrics.HostBytes(command, out status);
        status = Controller is null ? StatusCode.CommandSequenceError
            : !fabrics.IsAuthenticated ? StatusCode.AuthenticationRequired
            : !Controller.IsEnabled ? StatusCode.CommandSequenceError
            : StatusCode.Success;
        return status == StatusCode.Success ? commands!.HostBytes(command, out status) : 0;
    }
}
