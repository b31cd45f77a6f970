using Lab.Emulators.Dpu.Keyring;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Card;

internal sealed partial class DpuCard
{
    /// <exception cref="DpuException">The name is taken, or the file is not fit to hold a secret.</exception>
    public Task AddKeyAsync(KeyringKey key) => ExclusiveAsync(() =>
    {
        if (key.Name.Length is 0 or > DpuLimits.NameLengthMax)
            throw new DpuException(Errno.Invalid);
        if (state.Keys.Exists(k => k.Name == key.Name))
            throw new DpuException(Errno.Exists);
        if (state.Keys.Count >= DpuLimits.KeysMax)
            throw new DpuException(Errno.NoSpace);
        KeyFile.Check(key.Path);
        Commit(state with { Keys = state.Keys.Add(key) });
        return Task.CompletedTask;
    });

    /// <exception cref="DpuException">There is none, or a controller needs it to connect again.</exception>
    public Task RemoveKeyAsync(string name) => ExclusiveAsync(() =>
    {
        var key = state.Keys.Find(k => k.Name == name) ?? throw new DpuException(Errno.NoEntry);
        if (state.NvmeControllers.Exists(c => c.DhchapKey == name || c.DhchapCtrlrKey == name))
            throw new DpuException(Errno.Busy);
        Commit(state with { Keys = state.Keys.Remove(key) });
        return Task.CompletedTask;
    });

    /// <exception cref="DpuException">No key has that name.</exception>
    private string? FindKeyFile(string? name) =>
        name is null ? null : (state.Keys.Find(k => k.Name == name) ?? throw new DpuException(Errno.NoEntry)).Path;
}
