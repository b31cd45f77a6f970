namespace Lab.Agent.Dpu;

/// <summary>
/// DH-HMAC-CHAP secrets as files that SPDK's keyring reads. They outlive a restart of the SoC, since the DPU connects its volumes again
/// before the manager is there to be asked.
/// </summary>
public sealed class KeyFiles(string stateDirectory)
{
    private readonly string directory = Path.Combine(stateDirectory, "keys");

    /// <returns>The file's path.</returns>
    public string Write(string name, string secret)
    {
        DurableFile.Write(PathOf(name), secret);
        return PathOf(name);
    }

    public void Delete(string name) => File.Delete(PathOf(name));

    private string PathOf(string name) => Path.Combine(directory, name);
}
