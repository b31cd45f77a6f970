using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lab.Contracts.Runs;

/// <summary>An append-only file of JSON lines. Each line goes to the file in one write, so a killed writer leaves whole lines.</summary>
internal sealed class JsonLineFile<T>(string path, JsonTypeInfo<T> type) : IDisposable
{
    private readonly Lock _gate = new();

    private readonly FileStream _file =
        new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);

    public void Append(T record)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(record, type);
        if (line.Length >= RunLimits.LineLength)
            throw new RunRecordException($"a record of {line.Length} bytes is longer than {RunLimits.LineLength}");
        lock (_gate)
            _file.Write([.. line, (byte)'\n']);
    }

    public void Dispose() => _file.Dispose();
}
