namespace Lab.Reports.Statistics.SelfTest;

/// <summary>Something a trial can show, and how often it should: one row.</summary>
public sealed record SelfTestQuestion(string Outcome, double? Expected = null, double? AtMost = null, double? AtLeast = null);

/// <summary>A simulated situation. A detector adds itself to the self-test by a list of these.</summary>
/// <param name="Trial">One trial with its own seed; answers in the order of the questions. Called from several threads.</param>
/// <param name="Cost">How many times as long as others a trial takes; that many times fewer are made.</param>
public sealed record SelfTestCase(
    string Suite, string Shape, double Shift, int N, IReadOnlyList<SelfTestQuestion> Questions, Func<ulong, bool[]> Trial, int Cost = 1);
