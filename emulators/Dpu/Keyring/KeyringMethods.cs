using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Card;
using Lab.Emulators.Dpu.Spdk;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Keyring;

internal sealed record KeyringFileAddKey
{
    public required string Name { get; init; }
    public required string Path { get; init; }
}

internal sealed record KeyringFileRemoveKey
{
    public required string Name { get; init; }
}

/// <summary>SPDK's keyring of files: other methods take the names of its keys, so that no secret is in a request or an answer.</summary>
internal sealed class KeyringMethods(DpuCard card)
{
    public void Register(SpdkMethods methods)
    {
        var json = SpdkJson.Default;
        methods.Add("keyring_file_add_key", json.KeyringFileAddKey, AddAsync);
        methods.Add("keyring_file_remove_key", json.KeyringFileRemoveKey, RemoveAsync);
        methods.Add("keyring_get_keys", ListAsync);
    }

    private async Task<JsonNode?> AddAsync(KeyringFileAddKey parameters)
    {
        await card.AddKeyAsync(new KeyringKey { Name = parameters.Name, Path = parameters.Path });
        return true;
    }

    private async Task<JsonNode?> RemoveAsync(KeyringFileRemoveKey parameters)
    {
        await card.RemoveKeyAsync(parameters.Name);
        return true;
    }

    private Task<JsonNode?> ListAsync() => Task.FromResult<JsonNode?>(new JsonArray(
    [
        .. card.State.Keys.Select(k => (JsonNode)new JsonObject
        {
            ["name"] = k.Name,
            ["module"] = "keyring_file",
            ["removed"] = false,
            ["probed"] = true,
            ["refcnt"] = card.State.NvmeControllers.Count(c => c.DhchapKey == k.Name || c.DhchapCtrlrKey == k.Name),
            ["path"] = k.Path,
        }),
    ]));
}
