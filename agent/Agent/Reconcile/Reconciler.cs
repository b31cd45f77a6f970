using System.Diagnostics;
using Lab.Agent.Compute;
using Lab.Agent.Dpu;
using Lab.Agent.Network;
using Lab.Contracts.Link;
using Lab.Contracts.Telemetry;
using Lab.Protocols.JsonRpc;
using Microsoft.Extensions.Logging;

namespace Lab.Agent.Reconcile;

/// <summary>
/// The one loop: observe, plan, do, and again until the plan is empty. Woken by a new spec, by the back-off after a failure, and
/// every <see cref="Period"/>, so that what breaks by itself (Open vSwitch started again without flows) is mended.
/// </summary>
public sealed class Reconciler(
    Observer observer, AgentDevices devices, DesiredState desired, StatusBoard board,
    TimeProvider time, Random random, ILogger<Reconciler> log) : IDisposable
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    private readonly Signal work = new(time);
    private readonly Backoff backoff = new(FirstRetry, LongestRetry, random);
    private readonly Dictionary<Subject, string> errors = [];
    private readonly TaskCompletionSource<Observed> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Observed? last;
    private PowerState lastPower;
    private string lastPlan = "";

    /// <summary>Completes with the first observation: before it the DPU is not ready for the manager.</summary>
    public Task<Observed> FirstObservation => first.Task;

    /// <summary>What was observed last; null before the first.</summary>
    public Observed? Last => last;

    /// <exception cref="StaleGenerationException">The spec is older than the one held.</exception>
    public void Apply(NodeSpec spec, Guid node)
    {
        desired.Take(spec, node);
        log.SpecTaken(spec.Generation);
        work.Set();
    }

    public async Task RunAsync(CancellationToken token)
    {
        NodeSpec? current = null;
        TimeSpan? retry = null;
        Observed? known = null, knownBesideDpu = null;
        // When power and network were read last: however fast specs come, that is not long ago.
        var readAt = time.GetTimestamp();
        while (true)
        {
            token.ThrowIfCancellationRequested();
            if (!ReferenceEquals(current, desired.Spec))
            {
                current = desired.Spec;
                retry = null;
                errors.Clear();
                backoff.Reset();
            }
            var isFresh = known is null;
            if (isFresh && knownBesideDpu is null)
                readAt = time.GetTimestamp();
            if ((known ?? await TryObserveAsync(knownBesideDpu, token)) is not { } observed)
                continue;
            (known, knownBesideDpu) = (null, null);
            var plan = current is null ? [] : Planner.Plan(current, observed, Context(current));
            if (isFresh)
                Publish(current, observed, plan);
            else if (plan.Count == 0)
                continue;
            if (plan.Count == 0 || current is null)
            {
                retry = null;
                backoff.Reset();
                lastPlan = "";
                // A new spec soon after all held finds the node as it was, so the first steps need not wait for reading it again; each of
                // them is safe on one that changed. Not so on a host that is off and may have been switched on: its disks are not to be taken.
                known = await work.WaitAsync(Period, token) && current is not null && observed.Power == PowerState.On
                    && time.GetElapsedTime(readAt) < Period * 2 ? observed : null;
            }
            else if (retry is { } wait)
            {
                retry = null;
                await work.WaitAsync(wait, token);
            }
            else if (!await TryDoAsync(current, plan, token))
            {
                retry = backoff.Next();
            }
            else if (ReferenceEquals(current, desired.Spec) && plan.All(a => a.ChangesDpuAlone) && time.GetElapsedTime(readAt) < Period)
            {
                // Reading more would take the processor from a guest that is just finding its new disk.
                knownBesideDpu = observed;
            }
        }
    }

    public void Dispose() => work.Dispose();

    private PlanContext Context(NodeSpec spec) =>
        new(devices.Network.Options.TunnelAddress, devices.Drives.PathOf(spec), desired.HoldsPowerOn);

    private async Task<Observed?> TryObserveAsync(Observed? known, CancellationToken token)
    {
        try
        {
            var observed = await observer.ObserveAsync(known, token);
            last = observed;
            lastPower = observed.Power ?? lastPower;
            first.TrySetResult(observed);
            return observed;
        }
        catch (Exception e) when (IsExpected(e))
        {
            var wait = backoff.Next();
            log.CannotObserve(e.Message, wait.TotalSeconds);
            if (board.Latest is { } status)
                board.Publish(status with { Converged = false, Error = "observe: " + e.Message });
            await work.WaitAsync(wait, token);
            return null;
        }
    }

    private void Publish(NodeSpec? spec, Observed observed, IReadOnlyList<AgentAction> plan)
    {
        // What is no longer in the plan has come about, whatever the step answered.
        foreach (var subject in errors.Keys.Where(s => !plan.Any(a => a.Subject == s)).ToList())
            errors.Remove(subject);
        var told = new Dictionary<Subject, string>(errors);
        if (observed.Power is null)
            told[Subject.Power] = "the BMC cannot be asked";
        var converged = spec is not null && plan.Count == 0 && observed.Power is not null;
        if (converged && board.Latest is not { Converged: true } && spec is not null)
            log.Converged(spec.Generation);
        board.Publish(StatusBuilder.Build(spec, observed with { Power = observed.Power ?? lastPower }, converged, told));
    }

    /// <returns>False when a step failed, or when the same steps were done before and show no effect.</returns>
    private async Task<bool> TryDoAsync(NodeSpec spec, IReadOnlyList<AgentAction> plan, CancellationToken token)
    {
        var run = new PlanRun(devices, spec);
        var failed = new HashSet<Subject>();
        using (var phase = new PhaseActivity(spec.TraceParent))
        {
            foreach (var action in plan)
            {
                if (!ReferenceEquals(spec, desired.Spec))
                    break;
                if (failed.Contains(action.Subject) || (action.After is { } after && failed.Contains(after)))
                {
                    failed.Add(action.Subject);
                    continue;
                }
                phase.Enter(action);
                if (await TryStepAsync(run, action, token) is not { } error)
                    continue;
                phase.Fail(error);
                failed.Add(action.Subject);
                errors[action.Subject] = $"{action.Step}: {error}";
            }
        }
        if (!ReferenceEquals(spec, desired.Spec))
            return true;

        var text = string.Join('\n', plan.Select(a => $"{a.Step} {a.Subject}"));
        var hasEffect = text != lastPlan;
        lastPlan = text;
        return failed.Count == 0 && hasEffect;
    }

    /// <returns>Why the step failed; null when it did not.</returns>
    private async Task<string?> TryStepAsync(PlanRun run, AgentAction action, CancellationToken token)
    {
        log.Doing(action.Step, action.Subject);
        try
        {
            await run.RunAsync(action, token);
            return null;
        }
        catch (Exception e) when (IsExpected(e))
        {
            log.StepFailed(action.Step, action.Subject, e.Message);
            return e.Message;
        }
    }

    private static bool IsExpected(Exception e) =>
        e is DpuException or BmcException or CommandException or JsonRpcException or IOException or UnauthorizedAccessException;

    /// <summary>One activity for a run of actions with the same phase and subject.</summary>
    private sealed class PhaseActivity(string? traceParent) : IDisposable
    {
        private (string? Phase, Subject Subject) current;
        private Activity? activity;

        public void Enter(AgentAction action)
        {
            if (current == (action.Phase, action.Subject))
                return;
            Dispose();
            current = (action.Phase, action.Subject);
            if (action.Phase is not null)
                activity = OperationActivities.Start(action.Phase, traceParent)?.SetTag("subject", action.Subject.ToString());
        }

        public void Fail(string reason) => activity?.SetStatus(ActivityStatusCode.Error, reason);

        public void Dispose()
        {
            activity?.Dispose();
            activity = null;
            current = default;
        }
    }
}
