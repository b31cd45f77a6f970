namespace Lab.Reports.Tests;

/// <summary>A directory for runs, gone after the test.</summary>
public abstract class RunsFixture : IDisposable
{
    protected string Runs { get; } = Directory.CreateTempSubdirectory("lab-reports-").FullName;

    protected virtual void Dispose(bool disposing) => Directory.Delete(Runs, recursive: true);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }
}
