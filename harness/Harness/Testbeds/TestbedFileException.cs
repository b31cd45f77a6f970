namespace Lab.Harness.Testbeds;

/// <summary>A testbed file that cannot be used, with everything that is wrong with it.</summary>
public sealed class TestbedFileException(string path, IReadOnlyList<TestbedError> errors)
    : Exception(string.Join(Environment.NewLine, errors.Select(e => $"{path}:{e.Line}: {e.Message}")))
{
    public IReadOnlyList<TestbedError> Errors => errors;
}

/// <param name="Line">Line in the file, from 1.</param>
public sealed record TestbedError(long Line, string Message);
