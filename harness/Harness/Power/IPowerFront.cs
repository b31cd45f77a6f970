namespace Lab.Harness.Power;

/// <summary>
/// One way to a host's power switch. Calls return when the request was taken, not when the host did it, and throw
/// <see cref="PowerFrontException"/> when it was refused or not answered.
/// </summary>
public interface IPowerFront : IDisposable
{
    /// <summary>What a report calls it.</summary>
    string Name { get; }

    Task SwitchOnAsync(CancellationToken token);

    /// <summary>Presses the reset button.</summary>
    Task ResetAsync(CancellationToken token);

    /// <summary>Asks the guest to shut down (ACPI power button).</summary>
    Task ShutDownAsync(CancellationToken token);

    Task<bool> IsOnAsync(CancellationToken token);
}

/// <summary>A BMC refused a request, or did not answer it.</summary>
public sealed class PowerFrontException(string front, string message, Exception? inner = null) : Exception($"{front}: {message}", inner);
