namespace Lab.Harness.Processes;

/// <summary>What proc(5) tells of a process that this one need not have started.</summary>
internal static class ProcessStat
{
    /// <returns>Start time in clock ticks since boot, which tells two processes of one id apart; null when it does not run (any more).</returns>
    public static string? StartTimeOf(int id)
    {
        try
        {
            // The command may hold blanks, so count from behind its closing parenthesis; field 3 is the state, 22 the start time.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
