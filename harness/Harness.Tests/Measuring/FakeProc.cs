using System.Globalization;

namespace Lab.Harness.Tests.Measuring;

/// <summary>A directory like /proc, as far as conditions are read from it.</summary>
internal sealed class FakeProc : IDisposable
{
    public FakeProc()
    {
        Cpu(0, 0, 0);
        File.WriteAllText(Path.Combine(Root, "cpuinfo"), "processor\t: 0\ncpu MHz\t\t: 2000.000\n\nprocessor\t: 1\ncpu MHz\t\t: 3000.500\n");
        // As the real one has, among others.
        Directory.CreateDirectory(Path.Combine(Root, "sys"));
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("lab-proc-").FullName;

    /// <summary>Ticks of programs, of interrupts and of the hypervisor; a guest's time is in user too, as proc(5) says.</summary>
    public void Cpu(long busy, long interrupts, long stolen) => File.WriteAllText(
        Path.Combine(Root, "stat"),
        string.Create(CultureInfo.InvariantCulture, $"cpu  {busy - 3} 1 2 77 88 {interrupts} 5 {stolen} 9 9\ncpu0 1 1 1 1 1 1 1 1 1 1\nbtime 1\n"));

    public void Process(int id, int parent, long ticks, string environment = "", string command = "", string name = "sh", int start = 7)
    {
        var directory = Directory.CreateDirectory(Path.Combine(Root, id.ToString(CultureInfo.InvariantCulture))).FullName;
        File.WriteAllText(Path.Combine(directory, "stat"), Stat(id, parent, name, start, ticks));
        File.WriteAllText(Path.Combine(directory, "environ"), environment);
        File.WriteAllText(Path.Combine(directory, "cmdline"), command);
    }

    /// <summary>With a quarter of the ticks in each of user and system time, its own and its children's.</summary>
    public static string Stat(int id, int parent, string name, int start, long ticks) => string.Create(
        CultureInfo.InvariantCulture,
        $"{id} ({name}) S {parent} 1 1 0 -1 4194560 1 1 1 1 {ticks / 4} {ticks / 4} {ticks / 4} {ticks - (3 * (ticks / 4))} 20 0 1 0 {start} 1 1 1\n");

    public void End(int id) => Directory.Delete(Path.Combine(Root, id.ToString(CultureInfo.InvariantCulture)), recursive: true);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
