namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>The command identifiers of a queue that are in use: from the command's coming until its completion is about to be sent.</summary>
internal sealed class CommandIds
{
    private const int BitsOfWord = 64;

    private readonly ulong[] words = new ulong[(ushort.MaxValue + 1) / BitsOfWord];

    /// <summary>False when it is in use already.</summary>
    public bool TryTake(ushort id)
    {
        var bit = 1ul << (id % BitsOfWord);
        return (Interlocked.Or(ref words[id / BitsOfWord], bit) & bit) == 0;
    }

    public void Release(ushort id) => Interlocked.And(ref words[id / BitsOfWord], ~(1ul << (id % BitsOfWord)));
}
