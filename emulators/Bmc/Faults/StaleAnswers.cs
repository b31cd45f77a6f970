using System.Diagnostics.CodeAnalysis;

namespace Lab.Emulators.Bmc.Faults;

/// <summary>First answers to the requests that one fault makes stale. Requests beyond so many unlike ones are answered afresh.</summary>
internal sealed class StaleAnswers
{
    private const int AnswersMax = 1000;

    private readonly Dictionary<string, object> known = [];

    internal bool TryGet<T>(string request, [NotNullWhen(true)] out T? answer)
        where T : class
    {
        lock (known)
            answer = known.GetValueOrDefault(request) as T;
        return answer is not null;
    }

    internal void Keep(string request, object answer)
    {
        lock (known)
            if (known.Count < AnswersMax)
                known.TryAdd(request, answer);
    }
}
