using Lab.Emulators.Bmc.Accounts;

namespace Lab.Emulators.Bmc.Faults;

/// <summary>A rule at work.</summary>
internal sealed class ActiveFault(string id, FaultRule rule, DateTimeOffset since)
{
    private readonly Lock gate = new();
    private readonly Random random = new(rule.Seed);
    private int matched;

    internal string Id => id;
    internal FaultRule Rule => rule;
    internal int Count { get; private set; }

    /// <summary>What <see cref="FaultKind.Stale"/> answers with, by machine and request.</summary>
    internal StaleAnswers Stale { get; } = new();

    internal bool TryAct(DateTimeOffset now)
    {
        lock (gate)
        {
            if (Count >= rule.CountMax || (rule.Seconds is { } seconds && now - since >= TimeSpan.FromSeconds(seconds)))
                return false;
            if (rule.BurstEvery is { } every && matched++ % every < every - rule.BurstLength)
                return false;
            if (rule.Probability < 1 && random.NextDouble() >= rule.Probability)
                return false;
            Count++;
            return true;
        }
    }

    /// <summary>Latency with its jitter, the same sequence for the same seed.</summary>
    internal TimeSpan DrawLatency()
    {
        lock (gate)
            return TimeSpan.FromMilliseconds(Math.Max(0, rule.LatencyMs + ((random.NextDouble() * 2) - 1) * rule.JitterMs));
    }

    /// <summary>Gives the administrator the rule's password and ends what was opened with the old one.</summary>
    internal void ResetPassword(BmcInstance bmc)
    {
        bmc.Accounts.Update(AccountStore.AdministratorId, account => account, rule.Password);
        bmc.Sessions.DeleteOf(AccountStore.AdministratorId);
    }
}
