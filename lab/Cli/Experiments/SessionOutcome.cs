using Lab.Contracts.Runs;

namespace Lab.Cli.Experiments;

/// <summary>What became of a session.</summary>
/// <param name="Directory">Null when it ended before its record began.</param>
/// <param name="Run">Null when infrastructure failed: what it measured says nothing.</param>
/// <param name="Problem">What failed; null when nothing did.</param>
internal sealed record SessionOutcome(string? Directory, RunRecord? Run, string? Problem);

/// <summary>Runs one session. A session that goes wrong is an outcome; exceptions are for what would go wrong every time.</summary>
internal delegate Task<SessionOutcome> SessionRunner(Session session, CancellationToken token);
