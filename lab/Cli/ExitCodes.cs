namespace Lab.Cli;

/// <summary>Exit codes of every <c>lab</c> command.</summary>
public static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The command did its work and the answer is no: a scenario failed.</summary>
    public const int Failed = 1;

    /// <summary>What was asked for cannot be: wrong arguments, bad input files, runs that cannot be compared.</summary>
    public const int Usage = 2;

    /// <summary>The machine or the lab itself did not let it happen.</summary>
    public const int Infrastructure = 3;
}
