namespace Lab.Manager.Conductor;

/// <summary>What each node should have, derived from servers, attachments and bound ports.</summary>
internal interface INodeSpecs
{
    /// <summary>
    /// Derives the specs of these nodes again; where one changed, its generation grows and it is pushed. Call it after every change
    /// to a bound port (address, deletion) or subnet.
    /// </summary>
    /// <returns>The generation each node has now.</returns>
    Task<IReadOnlyDictionary<Guid, long>> RefreshAsync(IReadOnlyCollection<Guid> nodeIds, string? traceParent, CancellationToken token);
}
