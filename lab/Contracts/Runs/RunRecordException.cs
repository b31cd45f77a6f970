namespace Lab.Contracts.Runs;

/// <summary>A run record cannot be written or read as asked; the message says what is wrong and where (file:line).</summary>
public sealed class RunRecordException : Exception
{
    public RunRecordException(string message) : base(message)
    {
    }

    public RunRecordException(string message, Exception inner) : base(message, inner)
    {
    }
}
