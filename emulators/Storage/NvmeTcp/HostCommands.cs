namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>Commands between two abortions. Each belongs to the epoch that it came in.</summary>
internal sealed class CommandEpoch
{
    /// <summary>Commands that are at the store.</summary>
    public int AtStore { get; set; }

    /// <summary>Set once nobody new comes.</summary>
    public TaskCompletionSource? Drained { get; set; }
}

/// <summary>
/// Commands of one queue that may be aborted by another host (Preempt and Abort, base specification 2.0 §8.19.5). An abortion ends the epoch:
/// what is at the store is waited for, and what came before and is not there yet does not get there.
/// </summary>
internal sealed class HostCommands(Guid host)
{
    private readonly Lock gate = new();
    private volatile CommandEpoch current = new();
    private Task drained = Task.CompletedTask;

    public Guid Host => host;

    /// <summary>What a command that comes now belongs to.</summary>
    public CommandEpoch Current => current;

    /// <summary>False when the command was aborted. Whoever enters asks after that, not before, whether the command may be done.</summary>
    public bool TryEnter(CommandEpoch epoch)
    {
        lock (gate)
        {
            if (epoch != current)
                return false;
            epoch.AtStore++;
            return true;
        }
    }

    public void Leave(CommandEpoch epoch)
    {
        lock (gate)
            if (--epoch.AtStore == 0)
                epoch.Drained?.TrySetResult();
    }

    /// <summary>Aborts all commands; done when none of them is at the store any more.</summary>
    public Task AbortAsync()
    {
        lock (gate)
        {
            var ended = current;
            current = new CommandEpoch();
            if (ended.AtStore > 0)
            {
                ended.Drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                // An earlier abortion may not be over, and its commands are the host's, too.
                drained = drained.IsCompleted ? ended.Drained.Task : Task.WhenAll(drained, ended.Drained.Task);
            }
            return drained;
        }
    }
}
