using System.Diagnostics.CodeAnalysis;
using Lab.Manager.Database;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Conductor;

/// <summary>
/// Runs the queued workflows: those of one subject in order, those of different subjects side by side. Unfinished ones of the
/// previous process are taken up at start.
/// </summary>
internal sealed partial class Conductor(
    IDbContextFactory<ManagerDbContext> contexts, WorkflowQueue queue, WorkflowRunner runner, TimeProvider time, ILogger<Conductor> logger)
    : IHostedService, IDisposable
{
    private static readonly WorkflowState[] Unfinished = [WorkflowState.Queued, WorkflowState.Running, WorkflowState.Compensating];
    private static readonly TimeSpan DatabaseRetryDelay = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, SubjectLoop> loops = [];
    private readonly CancellationTokenSource stop = new();

    public async Task ResumeAsync(CancellationToken token)
    {
        await queue.OpenAsync(token);
        queue.OnWake(Wake);
        await using var context = await contexts.CreateDbContextAsync(token);
        var subjects = await context.Set<Workflow>().Where(w => Unfinished.Contains(w.State)).Select(w => w.SubjectId).Distinct().ToListAsync(token);
        foreach (var subject in subjects)
            Wake(subject);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends where the loops are; their rows say where that is.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stop.CancelAsync();
        Task[] running;
        lock (gate)
            running = [.. loops.Values.Select(l => l.Task)];
        await Task.WhenAll(running).WaitAsync(cancellationToken);
    }

    public void Dispose() => stop.Dispose();

    private void Wake(Guid subject)
    {
        lock (gate)
        {
            if (stop.IsCancellationRequested)
                return;
            if (loops.TryGetValue(subject, out var loop))
            {
                loop.IsWoken = true;
                _ = SupersedeAsync(loop, subject);
                return;
            }
            loop = new SubjectLoop();
            loops.Add(subject, loop);
            loop.Task = Task.Run(() => LoopAsync(subject, loop));
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A workflow's row stays; the loop tries again.")]
    private async Task LoopAsync(Guid subject, SubjectLoop loop)
    {
        while (true)
        {
            try
            {
                lock (gate)
                    loop.IsWoken = false;
                if (await UnfinishedAsync(subject, stop.Token) is [var workflow, .. var later])
                {
                    await RunAsync(workflow, later, loop);
                    continue;
                }
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                // Whatever it is: the manager stops, and the row is taken up at the next start.
                return;
            }
            catch (Exception e)
            {
                LogStuck(e, subject);
                await Task.Delay(DatabaseRetryDelay, time, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
                continue;
            }
            lock (gate)
            {
                if (!loop.IsWoken)
                {
                    loops.Remove(subject);
                    return;
                }
            }
        }
    }

    private async Task RunAsync(Workflow workflow, IReadOnlyList<Workflow> later, SubjectLoop loop)
    {
        using var superseded = new CancellationTokenSource();
        bool isWoken;
        lock (gate)
            (loop.Current, loop.Superseded, isWoken) = (workflow, superseded, loop.IsWoken);
        try
        {
            if (isWoken)
                await SupersedeAsync(loop, workflow.SubjectId);
            else
                Supersede(loop, later);
            await runner.RunAsync(workflow, superseded.Token, stop.Token);
        }
        finally
        {
            lock (gate)
                (loop.Current, loop.Superseded) = (null, null);
        }
    }

    /// <summary>Ends the running workflow when one that makes it pointless is queued behind it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Only an acceleration: the later workflow runs in its turn anyhow.")]
    private async Task SupersedeAsync(SubjectLoop loop, Guid subject)
    {
        try
        {
            await using var context = await contexts.CreateDbContextAsync(stop.Token);
            Supersede(loop, await context.Set<Workflow>().AsNoTracking()
                .Where(w => w.SubjectId == subject && w.State == WorkflowState.Queued).ToListAsync(stop.Token));
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            LogStuck(e, subject);
        }
        catch (Exception)
        {
            // The manager stops.
        }
    }

    private void Supersede(SubjectLoop loop, IReadOnlyList<Workflow> queued)
    {
        lock (gate)
            if (loop is { Current: { } current, Superseded: { } superseded }
                && queued.Any(q => q.Sequence > current.Sequence && runner.IsSupersededBy(current, q.Kind)))
                _ = superseded.CancelAsync();
    }

    /// <summary>In order; the first is the next to run.</summary>
    private async Task<List<Workflow>> UnfinishedAsync(Guid subject, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.Set<Workflow>().AsNoTracking()
            .Where(w => w.SubjectId == subject && Unfinished.Contains(w.State)).OrderBy(w => w.Sequence).ToListAsync(token);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Workflows of {Subject} could not be read or written; trying again")]
    private partial void LogStuck(Exception exception, Guid subject);

    private sealed class SubjectLoop
    {
        public Task Task { get; set; } = Task.CompletedTask;

        /// <summary>Something was queued since the last look.</summary>
        public bool IsWoken { get; set; }
        public Workflow? Current { get; set; }
        public CancellationTokenSource? Superseded { get; set; }
    }
}
