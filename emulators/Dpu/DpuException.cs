namespace Lab.Emulators.Dpu;

/// <summary>An operation that the card refuses or that failed: <paramref name="error"/> is what the wire tells.</summary>
public sealed class DpuException(Errno error, string? message = null, Exception? cause = null)
    : Exception(message ?? Errnos.Text(error), cause)
{
    public Errno Error => error;

    /// <summary>The operation failed for the caller, but the other side may have done it.</summary>
    public bool IsInDoubt { get; init; }
}
