namespace Lab.Agent.Reconcile;

/// <summary>The fence, in the state directory's file <c>generation</c>. Nothing else of what the manager wants is kept.</summary>
public sealed class FenceFile(string stateDirectory)
{
    private readonly string path = Path.Combine(stateDirectory, "generation");

    /// <returns>Null when none was kept yet.</returns>
    public Fence? Read() => File.Exists(path) ? Fence.Parse(File.ReadAllText(path).TrimEnd()) : null;

    public void Write(Fence fence) => DurableFile.Write(path, fence + "\n");
}
