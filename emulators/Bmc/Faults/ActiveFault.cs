using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Faults;

namespace Lab.Emulators.Bmc.Faults;

/// <summary>A rule at work.</summary>
internal sealed class ActiveFault(string id, FaultRule rule, DateTimeOffset since)
{
    private readonly Lock gate = new();
    private readonly FaultTrigger trigger = new(rule, since);
    private int matched;

    internal string Id => id;
    internal FaultRule Rule => rule;
    internal int Count => trigger.Count;

    /// <summary>What <see cref="FaultKind.Stale"/> answers with, by machine and request.</summary>
    internal StaleAnswers Stale { get; } = new();

    internal bool TryAct(DateTimeOffset now)
    {
        lock (gate)
        {
            var isInBurst = rule.BurstEvery is not { } every || matched++ % every >= every - rule.BurstLength;
            return isInBurst && trigger.TryAct(now);
        }
    }

    /// <summary>Latency with its jitter, the same sequence for the same seed.</summary>
    internal TimeSpan DrawLatency() => TimeSpan.FromMilliseconds(Math.Max(0, rule.LatencyMs + ((trigger.Draw() * 2) - 1) * rule.JitterMs));

    /// <summary>Gives the administrator the rule's password and ends what was opened with the old one.</summary>
    internal void ResetPassword(BmcInstance bmc)
    {
        bmc.Accounts.Update(AccountStore.AdministratorId, account => account, rule.Password);
        bmc.Sessions.DeleteOf(AccountStore.AdministratorId);
    }
}
