using Lab.Reports.Statistics;

namespace Lab.Cli.Experiments;

/// <summary>What the judge says of two arms.</summary>
/// <param name="Series">Judgement of each series, with its metric's dotted name.</param>
internal sealed record ExperimentVerdict(Judgement Verdict, string Reason, IReadOnlyList<JudgedSeries> Series);

/// <param name="Scenarios">Those that measured it.</param>
internal sealed record JudgedSeries(string Metric, IReadOnlyList<string> Scenarios, SeriesJudgement Judgement);
